"""A rota that anybody can check by reading: one instant at a time, one hand-over after the other, no clever step."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from incidents.oncall.domain.rota import Layer, OverrideRule, Version
from incidents.oncall.domain.rotation import Rotation, RotationUnit
from reliability.kit.restrictions import Restriction
from slo.domain.zones import first_instant


def who(versions: Sequence[Version], overrides: Sequence[OverrideRule], at: datetime) -> int | None:
    found = _by_layers(versions, at)
    for override in sorted(overrides, key=lambda rule: rule.order):
        if override.start <= at < override.end and override.replaces in (None, found):
            found = override.user_id
    return found


def _by_layers(versions: Sequence[Version], at: datetime) -> int | None:
    past = [version for version in versions if version.effective_from <= at]
    if not past:
        return None
    layers = max(past, key=lambda version: version.effective_from).definition.layers
    for priority in sorted({layer.priority for layer in layers}, reverse=True):
        for layer in layers:
            if layer.priority == priority and _is_open(layer, at):
                user_id = _turn(layer.rotation, at)
                if user_id is not None:
                    return user_id
    return None


def _is_open(layer: Layer, at: datetime) -> bool:
    if not layer.restrictions:
        return True
    zone = ZoneInfo(layer.rotation.zone_name)
    today = at.astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    days = [today + timedelta(days=shift) for shift in range(-3, 3)]
    return any(_holds(restriction, day, zone, at) for restriction in layer.restrictions for day in days)


def _holds(restriction: Restriction, day: datetime, zone: ZoneInfo, at: datetime) -> bool:
    if day.weekday() not in restriction.weekdays:
        return False
    end = day + timedelta(minutes=restriction.end)
    if restriction.end <= restriction.start:
        end += timedelta(days=1)
    return first_instant(day + timedelta(minutes=restriction.start), zone) <= at < first_instant(end, zone)


def _turn(rotation: Rotation, at: datetime) -> int | None:
    if at.timestamp() < rotation.starts_at or (rotation.ends_at is not None and at.timestamp() >= rotation.ends_at):
        return None
    zone = ZoneInfo(rotation.zone_name)
    k = 0
    while first_instant(wall_boundary(rotation, k + 1), zone) <= at:
        k += 1
    return rotation.participants[k % len(rotation.participants)]


def wall_boundary(rotation: Rotation, k: int) -> datetime:
    """The k-th hand-over as the clock on the wall shows it."""
    count = k * rotation.length
    if rotation.unit is RotationUnit.MONTH:
        month = rotation.anchor.month - 1 + count
        year, month = rotation.anchor.year + month // 12, month % 12 + 1
        day = min(rotation.anchor.day, calendar.monthrange(year, month)[1])
        return rotation.anchor.replace(year=year, month=month, day=day)
    if rotation.unit is RotationUnit.CUSTOM:
        return _handoff(rotation, count)
    return (
        rotation.anchor
        + {
            RotationUnit.HOUR: timedelta(hours=count),
            RotationUnit.DAY: timedelta(days=count),
            RotationUnit.WEEK: timedelta(weeks=count),
        }[rotation.unit]
    )


def _handoff(rotation: Rotation, count: int) -> datetime:
    """The hand-over that begins turn 0 is the last one at or before the anchor; *count* ones later."""
    monday = rotation.anchor.replace(hour=0, minute=0) - timedelta(days=rotation.anchor.weekday())
    weeks = range(-2 - abs(count), 3 + abs(count))
    all_of_them = sorted(
        monday + timedelta(weeks=week, days=handoff.weekday, minutes=handoff.minute)
        for week in weeks
        for handoff in rotation.handoffs
    )
    first = max(index for index, wall in enumerate(all_of_them) if wall <= rotation.anchor)
    return all_of_them[first + count]
