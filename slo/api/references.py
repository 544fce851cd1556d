"""Names in a body, resolved to what they name as far as the caller may see it; and names in an answer.

Where a caller reads null for what a private team keeps to itself, null sent back leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from pydantic import Field

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import Owned, is_hidden
from reliability.access.selectors import teams
from reliability.catalog.models import Service
from reliability.catalog.selectors import services
from reliability.telemetry.models import Source
from reliability.telemetry.selectors import sources
from reliability.web.errors import Invalid, NotFound
from slo.models import Sli
from slo.selectors import slis

T = TypeVar("T")

Hidden = Annotated[
    list[str],
    Field(
        description=(
            "fields that are null because what they name is private to another team; null sent back leaves them as "
            "they are, and an empty text takes a service away"
        ),
        examples=[[]],
    ),
]


def hidden(*, caller: Caller, **related: Owned | None) -> list[str]:
    """The names of those of *related* that exist and are not the caller's to see."""
    return [name for name, owned in related.items() if is_hidden(caller=caller, related=owned)]


def team_id(*, caller: Caller, slug: str) -> int:
    return _named("team", lambda: teams.team(caller=caller, slug=slug)).pk


def service_id(*, caller: Caller, name: str | None, stored: Service | None = None) -> int | None:
    """None without a name, unless *stored* is one that the caller cannot name."""
    if name is None and stored is not None and is_hidden(caller=caller, related=stored):
        return stored.pk
    return _named("service", lambda: services.service(caller=caller, name=name)).pk if name else None


def source_id(*, caller: Caller, name: str | None, stored: Source | None = None) -> int:
    """Of the source named; null stands for *stored* when the caller cannot name that. Raises Invalid."""
    if name is None and stored is not None and is_hidden(caller=caller, related=stored):
        return stored.pk
    return _named("source", lambda: sources.source(caller=caller, name=_needed("source", name))).pk


def sli_id(*, caller: Caller, name: str | None, stored: Sli | None = None) -> int:
    """Of the SLI named; null stands for *stored* when the caller cannot name that. Raises Invalid."""
    if name is None and stored is not None and is_hidden(caller=caller, related=stored):
        return stored.pk
    return _named("sli", lambda: slis.get_sli(caller=caller, name=_needed("sli", name))).pk


def _needed(field: str, name: str | None) -> str:
    if not name:
        raise Invalid(details=[{"field": field, "message": "is required: name one"}])
    return name


def _named(field: str, find: Callable[[], T]) -> T:
    """What *find* finds; a name that is nobody's or not readable is a mistake of the field, not a missing page."""
    try:
        return find()
    except NotFound as error:
        raise Invalid(details=[{"field": field, "message": error.message}]) from error
