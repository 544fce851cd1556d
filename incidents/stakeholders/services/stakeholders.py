"""Stakeholders: added, changed, taken away; each audited. Mail addresses of outside persons stay out of the trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from incidents.oncall.selectors.people import candidates
from incidents.stakeholders.domain import bounds
from incidents.stakeholders.domain.kinds import Audience, EventKind, Way
from incidents.stakeholders.models import Stakeholder
from incidents.stakeholders.services.changing import check_revision, held, trail
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Membership, User
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.channels.kinds.credentials import check as check_kind
from reliability.channels.kinds.registry import kind_of
from reliability.channels.models import Channel
from reliability.channels.selectors.places import readable_secrets
from reliability.channels.services.saving import sealed
from reliability.kit.cron import zone_mistake
from reliability.kit.times import TimeError
from reliability.kit.typed_hours import hours_text, parse_hours
from reliability.web.errors import Conflict, Invalid
from slo.models import Slo

_LINKS_MAX = 100


@dataclass(frozen=True, slots=True)
class StakeholderDraft:
    """As people write it. Of the ways one is used: user_id, address, url (with secret) or channel_id.

    hours: a line each, `mon-fri 09:00-17:00`. secret: of a webhook; empty keeps the stored one, or makes one.
    """

    name: str
    audience: str
    way: str
    role: str = ""
    user_id: int | None = None
    address: str = ""
    url: str = ""
    secret: str = ""
    channel_id: int | None = None
    consent_note: str = ""
    kinds: Sequence[str] = ()
    severity_max: int = 5
    service_ids: Sequence[int] = ()
    slo_ids: Sequence[int] = ()
    zone: str = "UTC"
    hours: str = ""
    at_once: int = 2
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Saved:
    """made_secret: of a webhook, made just now; nobody sees it again."""

    stakeholder: Stakeholder
    made_secret: str = ""


def create(*, caller: Caller, team_id: int, draft: StakeholderDraft, now: datetime) -> Saved:
    """Raises NotFound, Forbidden (editors of the team), Invalid with each field, Conflict."""
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    most = settings.STAKEHOLDERS_PER_TEAM_MAX
    if Stakeholder.objects.filter(team_id=team_id).count() >= most:
        raise Conflict(f"the team has {most:,} stakeholders: take some away first", reason="too_many")
    row = Stakeholder(team_id=team_id, created_at=now)
    made = _fill(caller, row, draft)
    row.updated_at, row.updated_by_name = now, caller.name[:160]
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _set_links(row, draft)
            changes = {name: [None, value] for name, value in _audited(row).items() if value not in ("", None, [])}
            _trail(caller, "create", row, now, changes)
    except IntegrityError as error:
        raise _taken(row) from error
    return Saved(row, made)


def edit(
    *, caller: Caller, stakeholder: Stakeholder, draft: StakeholderDraft, now: datetime, expected_revision: int | None
) -> Saved:
    """All of it anew. Whoever unsubscribed stays so: only they say that they want to be told again.

    Raises as create, and Conflict when somebody changed it since.
    """
    try:
        with transaction.atomic():
            row = held(caller=caller, row=stakeholder)
            check_revision(stored=row, expected=expected_revision)
            before = _audited(row)
            made = _fill(caller, row, draft)
            _set_links(row, draft)
            changes = audit.changes_between(old=before, new=_audited(row))
            if changes or made:
                row.revision += 1
                row.updated_at, row.updated_by_name = now, caller.name[:160]
                row.save()
                _trail(caller, "update", row, now, changes)
    except IntegrityError as error:
        raise _taken(stakeholder) from error
    return Saved(row, made)


def remove(*, caller: Caller, stakeholder: Stakeholder, now: datetime, reason: str = "") -> None:
    """What they were told stays, by their name. Raises NotFound, Forbidden."""
    with transaction.atomic():
        row = held(caller=caller, row=stakeholder)
        _trail(caller, "delete", row, now, {name: [value, None] for name, value in _audited(row).items()}, reason)
        row.delete()


def _fill(caller: Caller, row: Stakeholder, draft: StakeholderDraft) -> str:
    """Set the columns. Returns a secret that was made. Raises Invalid with every mistake."""
    details = _mistakes(draft)
    if details:
        raise Invalid(details=details)
    row.name, row.role = " ".join(draft.name.split()), " ".join(draft.role.split())
    row.audience, row.consent_note = draft.audience, draft.consent_note.strip()
    row.kinds = [kind.value for kind in EventKind if kind.value in draft.kinds]
    row.severity_max, row.at_once, row.is_enabled = draft.severity_max, draft.at_once, draft.is_enabled
    row.zone, row.hours = draft.zone, parse_hours(draft.hours)
    return _fill_way(caller, row, draft)


def _fill_way(caller: Caller, row: Stakeholder, draft: StakeholderDraft) -> str:
    former = (row.config, row) if row.way == Way.WEBHOOK and row.config else None
    row.way = draft.way
    row.user, row.channel, row.address, made = _user(caller, row, draft), _channel(row, draft), "", ""
    if draft.way == Way.EMAIL:
        row.address = draft.address.strip().lower()
        known = User.objects.filter(email__iexact=row.address, is_active=True).first()
        if known is not None:  # a user is told in their own way, and may leave
            row.way, row.user, row.address = Way.PERSON.value, known, ""
    row.was_member = row.user is not None and _is_member(row)
    if draft.way == Way.WEBHOOK:
        old_config, old_secrets = (former[0], readable_secrets_of(row)) if former else (None, {})
        checked = check_kind(
            kind=kind_of("webhook"),
            config={"url": draft.url.strip()},
            secrets={"secret": draft.secret},
            old_config=old_config,
            old_secrets=old_secrets,
        )
        row.config, made = checked.config, checked.made.get("secret", "")
        row.secrets = sealed(checked.secrets)
    else:
        row.config, row.secrets = {}, None
    if row.is_outside and not row.consent_note:
        message = "say who agreed to be told, and when: outside persons are written to only with their consent"
        raise Invalid(details=[{"field": "consent_note", "message": message}])
    return made


def readable_secrets_of(row: Stakeholder) -> dict[str, str]:
    """Of a webhook; none when their key is gone, so that they can be entered again."""
    return readable_secrets(Channel(kind="webhook", secrets=row.secrets))


def _user(caller: Caller, row: Stakeholder, draft: StakeholderDraft) -> User | None:
    if draft.way != Way.PERSON:
        return None
    named = (row.user_id,) if row.user_id is not None else ()
    found = candidates(caller=caller, team_id=row.team_id, named=named).filter(pk=draft.user_id or 0).first()
    if found is None:
        message = "choose somebody of the team; others are reached by their mail address"
        raise Invalid(details=[{"field": "user_id", "message": message}])
    return found


def _channel(row: Stakeholder, draft: StakeholderDraft) -> Channel | None:
    if draft.way != Way.CHANNEL:
        return None
    found: Channel | None = Channel.objects.filter(team_id=row.team_id, pk=draft.channel_id or 0).first()
    if found is None:
        raise Invalid(details=[{"field": "channel_id", "message": "choose a channel of the team"}])
    return found


def _is_member(row: Stakeholder) -> bool:
    return Membership.objects.filter(team_id=row.team_id, user=row.user).exists()


def _mistakes(draft: StakeholderDraft) -> list[dict[str, Any]]:
    texts = {"name": draft.name, "role": draft.role, "consent_note": draft.consent_note}
    most = {"name": bounds.NAME_MAX, "role": bounds.NAME_MAX, "consent_note": bounds.NOTE_MAX}
    written = [
        ("name", "" if draft.name.strip() else "write a name, such as Ines Weber"),
        ("zone", zone_mistake(draft.zone)),
        ("hours", _hours_mistake(draft.hours)),
        ("address", _address_mistake(draft)),
        *_mistakes_of_choices(draft),
    ]
    found = [{"field": field, "message": message} for field, message in written if message]
    return [*bounds.too_long(texts=texts, most=most), *found]


def _mistakes_of_choices(draft: StakeholderDraft) -> list[tuple[str, str]]:
    found = []
    for name, value, words in (("audience", draft.audience, Audience), ("way", draft.way, Way)):
        if value not in {one.value for one in words}:
            found.append((name, f"is one of {', '.join(one.value for one in words)}"))
    if set(draft.kinds) - {kind.value for kind in EventKind}:
        found.append(("kinds", f"are of {', '.join(kind.value for kind in EventKind)}"))
    if not 1 <= draft.severity_max <= 5:
        found.append(("severity_max", "is a severity from 1 to 5"))
    if not 0 <= draft.at_once <= 5:
        found.append(("at_once", "is a severity from 1 to 5, or 0 for never"))
    for field, ids in (("service_ids", draft.service_ids), ("slo_ids", draft.slo_ids)):
        if len(ids) > _LINKS_MAX:
            found.append((field, f"at most {_LINKS_MAX}; none at all is everything"))
    return found


def _address_mistake(draft: StakeholderDraft) -> str:
    if draft.way != Way.EMAIL:
        return ""
    try:
        validate_email(draft.address.strip())
    except ValidationError:
        return "write a mail address, such as ines@example.com"
    return ""


def _hours_mistake(text: str) -> str:
    try:
        if len(parse_hours(text)) > bounds.HOURS_LINES_MAX:
            return f"at most {bounds.HOURS_LINES_MAX} lines"
    except TimeError as error:
        return str(error)
    return ""


def _set_links(row: Stakeholder, draft: StakeholderDraft) -> None:
    services = Service.objects.filter(team_id=row.team_id, pk__in=list(draft.service_ids))
    slos = Slo.objects.filter(team_id=row.team_id, pk__in=list(draft.slo_ids))
    for field, found, asked in (("service_ids", services, draft.service_ids), ("slo_ids", slos, draft.slo_ids)):
        if found.count() != len(set(asked)):
            raise Invalid(details=[{"field": field, "message": "one of them is not of this team: choose again"}])
    row.services.set(services)
    row.slos.set(slos)


def _audited(row: Stakeholder) -> dict[str, Any]:
    names = ("name", "role", "audience", "way", "consent_note", "kinds", "severity_max", "zone", "at_once")
    linked = row.pk is not None
    return {
        **{name: getattr(row, name) for name in (*names, "is_enabled", "unsubscribed_at")},
        "hours": hours_text(row.hours),
        "person": str(row.user) if row.user is not None else "",
        "address": "set" if row.address else "",
        "webhook": "set" if row.config else "",
        "channel": str(row.channel) if row.channel is not None else "",
        "services": sorted(row.services.values_list("name", flat=True)) if linked else [],
        "objectives": sorted(row.slos.values_list("name", flat=True)) if linked else [],
    }


def _taken(row: Stakeholder) -> Conflict:
    message = "somebody of the team's stakeholders is reached there already: change that one"
    field = "user_id" if row.way == Way.PERSON else "address"
    return Conflict(message, reason="exists", details=[{"field": field, "message": message}])


def _trail(
    caller: Caller, verb: str, row: Stakeholder, now: datetime, changes: dict[str, list[Any]], reason: str = ""
) -> None:
    trail(
        caller=caller,
        action=f"stakeholder.{verb}",
        name=row.name,
        team_id=row.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
