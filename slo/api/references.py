"""Names in a body, resolved to what they name as far as the caller may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reliability.access.domain.caller import Caller
from reliability.access.selectors import teams
from reliability.catalog.selectors import services
from reliability.telemetry.selectors import sources
from reliability.web.errors import Invalid, NotFound
from slo.selectors import slis

T = TypeVar("T")


def team_id(*, caller: Caller, slug: str) -> int:
    return _named("team", lambda: teams.team(caller=caller, slug=slug)).pk


def service_id(*, caller: Caller, name: str | None) -> int | None:
    return _named("service", lambda: services.service(caller=caller, name=name)).pk if name else None


def source_id(*, caller: Caller, name: str) -> int:
    return _named("source", lambda: sources.source(caller=caller, name=name)).pk


def sli_id(*, caller: Caller, name: str) -> int:
    return _named("sli", lambda: slis.get_sli(caller=caller, name=name)).pk


def _named(field: str, find: Callable[[], T]) -> T:
    """What *find* finds; a name that is nobody's or not readable is a mistake of the field, not a missing page."""
    try:
        return find()
    except NotFound as error:
        raise Invalid(details=[{"field": field, "message": error.message}]) from error
