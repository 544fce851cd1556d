"""Names in a body, resolved to what they name as far as the caller may see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from incidents.paging.selectors import policies
from reliability.access.domain.caller import Caller
from reliability.access.selectors import teams
from reliability.catalog.selectors import services
from reliability.web.errors import Invalid, NotFound
from slo.selectors import slos

T = TypeVar("T")


def team_id(*, caller: Caller, slug: str) -> int:
    return _named("team", lambda: teams.team(caller=caller, slug=slug)).pk


def policy_id(*, caller: Caller, slug: str | None) -> int | None:
    return _named("policy", lambda: policies.policy(caller=caller, slug=slug)).pk if slug else None


def service_ids(*, caller: Caller, names: Sequence[str]) -> list[int]:
    return [_named("services", partial(services.service, caller=caller, name=name)).pk for name in names]


def slo_ids(*, caller: Caller, names: Sequence[str]) -> list[int]:
    return [_named("slos", partial(slos.get_slo, caller=caller, name=name)).pk for name in names]


def _named(field: str, find: Callable[[], T]) -> T:
    """A name that is nobody's or not readable is a mistake of the field, not a missing page."""
    try:
        return find()
    except NotFound as error:
        raise Invalid(details=[{"field": field, "message": error.message}]) from error
