"""Teams and people in the search of the top bar."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.access.selectors.people import list_people
from reliability.access.selectors.teams import list_teams
from reliability.web.search import Hit


def find_teams(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    caller: Caller = request.caller  # type: ignore[attr-defined]  # set by CallerMiddleware
    return [
        Hit("Team", team.name, reverse("team-detail", args=(team.slug,)), detail=team.slug, icon="people")
        for team in list_teams(caller=caller, text=query)[:limit]
    ]


def find_people(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    caller: Caller = request.caller  # type: ignore[attr-defined]  # set by CallerMiddleware
    if not caller.is_administrator:
        return []
    return [
        Hit("Person", person.name, reverse("person-detail", args=(person.pk,)), detail=person.email, icon="person")
        for person in list_people(caller=caller, text=query)[:limit]
    ]
