"""Places: the entries of the rail, as users name them. A room that is built adds its own at start-up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """path: where it leads and what lies in it; order: in the rail; is_prominent: in the phone's bottom bar, too;
    group: "main", or "below" for the foot of the rail.
    """

    slug: str
    title: str
    path: str
    icon: str
    order: int
    is_prominent: bool = True
    group: str = "main"

    def holds(self, path: str) -> bool:
        """The first page holds only itself: everything lies below it."""
        return path == self.path if self.path == "/" else path.startswith(self.path)


_PLACES: dict[str, Place] = {}


def register_place(place: Place) -> None:
    """Add a place to the rail. Raises ValueError when another place has its slug."""
    if _PLACES.setdefault(place.slug, place) != place:
        raise ValueError(f"there is a place {place.slug!r} already: choose another slug")


def places() -> list[Place]:
    return sorted(_PLACES.values(), key=lambda place: (place.order, place.slug))


for _place in (
    Place("overview", "Overview", "/", "overview", 0),
    Place("objectives", "Objectives", "/slos/", "target", 10),
    Place("services", "Services", "/services/", "layers", 50),
    Place("sources", "Sources", "/sources/", "plug", 60),
    Place("teams", "Teams", "/teams/", "people", 80, is_prominent=False, group="below"),
    Place("settings", "Settings", "/settings/", "settings", 90, is_prominent=False, group="below"),
):
    register_place(_place)
