"""Targets by the names that people write: the address of a person, the slug of a schedule or team, a channel's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q

from incidents.paging.domain.frozen import TargetKind
from incidents.paging.selectors.people import visible_people
from incidents.paging.selectors.targets import choices
from reliability.access.domain.caller import Caller

FIELDS = {
    TargetKind.USER: "email",
    TargetKind.SCHEDULE: "slug",
    TargetKind.TEAM: "slug",
    TargetKind.CHANNEL: "name",
}


class Names:
    """Every name in *written* (lists of targets as documents have them), looked up in one query for each kind.

    named: people whom the policy names already: those that the caller can see may be named again when deactivated.
    """

    def __init__(self, *, caller: Caller, written: Iterable[object], named: Collection[int] = ()) -> None:
        asked: dict[TargetKind, set[str]] = defaultdict(set)
        for targets in written:
            for target in targets if isinstance(targets, list) else []:
                for kind in TargetKind:
                    name = target.get(kind.value) if isinstance(target, Mapping) else None
                    if isinstance(name, str):
                        asked[kind].add(_said(kind, name))
        self._ids = {kind: _ids(caller, kind, names, named) for kind, names in asked.items()}

    def id_of(self, kind: TargetKind, name: str) -> int | None:
        return self._ids.get(kind, {}).get(_said(kind, name))


def _ids(caller: Caller, kind: TargetKind, names: set[str], named: Collection[int]) -> dict[str, int]:
    field = FIELDS[kind]
    offered = choices(caller=caller, kind=kind)
    if kind is TargetKind.USER and named:
        offered = visible_people(caller=caller).filter(Q(is_active=True) | Q(pk__in=list(named)))
    rows = offered.order_by().filter(**{f"{field}__in": names})
    return {_said(kind, name): pk for name, pk in rows.values_list(field, "pk")}


def _said(kind: TargetKind, name: str) -> str:
    """Addresses are stored in small letters."""
    return name.strip().lower() if kind is TargetKind.USER else name.strip()
