"""Places: the entries of the rail, as users name them. A room that is built adds its own at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Place:
    """path: where it leads and what lies in it; order: in the rail; is_prominent: in the phone's bottom bar, too;
    group: "main", or "below" for the foot of the rail; phone_order: in the bottom bar; count: what is open there,
    asked on every page (cheap, 0 shows nothing), with count_noun for those who hear it; also: other paths in it.
    """

    slug: str
    title: str
    path: str
    icon: str
    order: int
    is_prominent: bool = True
    group: str = "main"
    phone_order: int = 50
    count: Callable[[HttpRequest], int] | None = None
    count_noun: str = ""
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """The first page holds only itself: everything lies below it."""
        return path == self.path if self.path == "/" else path.startswith((self.path, *self.also))


_PLACES: dict[str, Place] = {}


def register_place(place: Place) -> None:
    """Add a place to the rail. Raises ValueError when another place has its slug."""
    if _PLACES.setdefault(place.slug, place) != place:
        raise ValueError(f"there is a place {place.slug!r} already: choose another slug")


def places() -> list[Place]:
    return sorted(_PLACES.values(), key=lambda place: (place.order, place.slug))


for _place in (
    Place("overview", "Overview", "/", "overview", 0, is_prominent=False),
    Place("objectives", "Objectives", "/slos/", "target", 10, phone_order=90, also=("/agreements/",)),
    Place(
        "services",
        "Services",
        "/services/",
        "layers",
        50,
        is_prominent=False,
        also=("/readiness/", "/duties/", "/toil/"),
    ),
    Place("sources", "Sources", "/sources/", "plug", 60, is_prominent=False),
    Place("teams", "Teams", "/teams/", "people", 80, is_prominent=False, group="below"),
    Place("settings", "Settings", "/settings/", "settings", 90, is_prominent=False, group="below"),
):
    register_place(_place)
