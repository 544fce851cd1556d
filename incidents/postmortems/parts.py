"""What other files of this room add to the page of a postmortem: cards at its side or below it, and acts.

    register_part(Part(slug="review", title="Review", template="postmortems/_review.html", context=review_of))
    register_acts("review", review_acts)

A part's template is rendered with its context, `postmortem` and the request; one that renders to nothing is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from incidents.postmortems.models import Postmortem
from reliability.access.requests import AccessRequest

Place = Literal["side", "below"]


class PartContext(Protocol):
    def __call__(self, *, request: AccessRequest, postmortem: Postmortem, now: datetime) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Part:
    slug: str
    title: str
    template: str
    context: PartContext
    order: int = 50
    place: Place = "side"


@dataclass(frozen=True, slots=True)
class RenderedPart:
    slug: str
    title: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Act:
    """An entry of the menu, or, when is_main, a button beside the title. icon: a name of reliability/web/icons."""

    title: str
    url: str
    icon: str
    is_main: bool = False


Acts = Callable[[AccessRequest, Postmortem], Sequence[Act]]

_PARTS: dict[str, Part] = {}
_ACTS: dict[str, Acts] = {}


def register_part(part: Part) -> None:
    """Raises ValueError when another part has its slug."""
    if _PARTS.setdefault(part.slug, part) != part:
        raise ValueError(f"there is a part {part.slug!r} already: choose another slug")


def register_acts(name: str, acts: Acts) -> None:
    """Raises ValueError when others have the name."""
    if _ACTS.setdefault(name, acts) is not acts:
        raise ValueError(f"there are acts {name!r} already: choose another name")


def rendered_parts(
    *, request: AccessRequest, postmortem: Postmortem, now: datetime, place: Place
) -> list[RenderedPart]:
    """Those of one place that have something to say, in order."""
    wanted = sorted((one for one in _PARTS.values() if one.place == place), key=lambda one: (one.order, one.slug))
    rendered = []
    for part in wanted:
        context = {**part.context(request=request, postmortem=postmortem, now=now), "postmortem": postmortem}
        rendered.append(RenderedPart(part.slug, part.title, render_to_string(part.template, context, request=request)))
    return [one for one in rendered if one.html.strip()]


def acts_of(*, request: AccessRequest, postmortem: Postmortem) -> list[Act]:
    """In the order of their names."""
    return [act for name in sorted(_ACTS) for act in _ACTS[name](request, postmortem)]
