"""Mistakes are answered with what to write, never with Django's stock words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.html import escape

from slo.models import Sli, Slo
from tests.slo.pages.test_form import typed

As = Callable[[str], Client]
STOCK = ("This field is required", "Enter a ", "Ensure ", "Select a valid choice")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"title": ""}, "write a title, such as Checkout succeeds", id="no title"),
        pytest.param({"team": ""}, "choose the team that owns it", id="no team"),
        pytest.param({"objective": ""}, "write what share has to be good, such as 99.9", id="no objective"),
        pytest.param(
            {"window_kind": "calendar", "count": "5000"}, "write at most 1,000", id="more months than there are"
        ),
        pytest.param(
            {"budgeting_method": "Timeslices", "slice_minutes": "five"},
            "write the length of a slice in minutes, such as 5",
            id="a slice in words",
        ),
        pytest.param({"indicator": "new", "kind": "ratio", "good": ""}, "write the counter of good", id="no counter"),
        pytest.param(
            {"indicator": "new", "kind": "threshold", "value": "many"}, "write the limit in the unit", id="no limit"
        ),
    ],
)
def test_the_form_of_an_objective_says_what_to_write(as_: As, sli: Sli, changes: dict[str, str], words: str) -> None:
    page = as_("editor").post("/slos/new/", typed() | changes).content.decode()
    assert escape(words) in page
    assert not [stock for stock in STOCK if stock in page]


@pytest.mark.parametrize("path", ["exclusions/", "adjustments/", "delete/", "edit/"])
def test_an_empty_form_says_what_to_write(as_: As, slo: Slo, path: str) -> None:
    page = as_("editor").post(f"/slos/{slo.name}/{path}", {"sent": "1"}).content.decode()
    assert "say why" in page
    assert not [stock for stock in STOCK if stock in page]
