"""Figures of a team or service that there is not, or that is another team's: no zeros, but that there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import Cast, ServiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.same_everywhere]

FIGURES = (
    "/delivery/",
    "/delivery/figures.csv",
    "/delivery/ratios/",
    "/delivery/ratios.csv",
    "/delivery/rows/",
    "/delivery/timeline/",
    "/incidents/figures/",
    "/incidents/review/",
    "/incidents/review/agenda/",
    "/incidents/review/agenda.md",
    "/toil/",
    "/toil.csv",
    "/api/v1/dora",
    "/api/v1/dora/commits",
    "/api/v1/dora/deployments",
    "/api/v1/dora/trend",
    "/api/v1/incidents/figures",
    "/api/v1/ratios",
    "/api/v1/review",
    "/api/v1/suspects/precision",
    "/api/v1/timeline",
)
OF_TEAMS = ("/api/v1/incidents/figures/people",)


@pytest.mark.parametrize("path", [*FIGURES, *OF_TEAMS])
def test_figures_of_an_unknown_or_foreign_team_or_service_are_not_found(
    cast: Cast, as_: Callable[[str], Client], path: str
) -> None:
    ServiceFactory(team=cast.payments, name="vault")
    known = {"team": "payments", "service": "vault"}
    viewer, outsider = as_("viewer"), as_("outsider")
    for field in known if path in FIGURES else ("team",):
        assert viewer.get(path, {field: known[field]}).status_code == 200
        for client, name in ((viewer, "nobody"), (outsider, known[field])):
            answer = client.get(path, {field: name})
            assert answer.status_code == 404
            assert f"here is no {field} &#x27;{name}&#x27;" in answer.content.decode().replace("'", "&#x27;")
