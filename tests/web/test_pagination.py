"""Lists in pages."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from reliability.web.pagination import page_of

ITEMS = list(range(101))


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        pytest.param(None, 1, id="no page is the first"),
        pytest.param("2", 2, id="a page"),
        pytest.param("3", 3, id="the last page"),
        pytest.param("4", 3, id="beyond the end is the last"),
        pytest.param("0", 3, id="zero is the last"),
        pytest.param("-1", 3, id="a negative one is the last"),
        pytest.param("two", 1, id="a word is the first"),
        pytest.param("9" * 400, 3, id="an enormous number is the last"),
    ],
)
def test_every_page_number_is_answered(asked: str | None, number: int) -> None:
    page = page_of(RequestFactory().get("/", {} if asked is None else {"page": asked}), ITEMS, per_page=50)
    assert page.number == number


def test_an_empty_list_has_one_empty_page() -> None:
    page = page_of(RequestFactory().get("/"), [])
    assert list(page) == []


def test_the_size_of_a_page_is_bounded() -> None:
    request = RequestFactory().get("/")
    assert len(page_of(request, list(range(5000)), per_page=5000)) == 1000
    assert len(page_of(request, ITEMS, per_page=0)) == 1


def test_links_keep_the_filters_and_say_how_many_there_are() -> None:
    request = RequestFactory().get("/", {"q": "check out", "page": "2"})
    page = page_of(request, ITEMS, per_page=50)
    shown = render_to_string("web/_table_pagination.html", {"page": page, "noun": "objectives"}, request=request)
    assert "51–100 of 101 objectives" in shown
    assert "?q=check+out&amp;page=1" in shown
    assert "?q=check+out&amp;page=3" in shown


@pytest.mark.parametrize(
    ("noun", "count", "said"),
    [
        ("agreements", 1, "1 agreement"),
        ("policies", 1, "1 policy"),
        ("people", 1, "1 person"),
        ("pieces of evidence", 1, "1 piece of evidence"),
        ("status pages", 3, "3 status pages"),
        ("agreements", 0, "0 agreements"),
    ],
)
def test_what_fits_on_one_page_is_counted_and_not_placed(noun: str, count: int, said: str) -> None:
    request = RequestFactory().get("/")
    page = page_of(request, ITEMS[:count])
    shown = render_to_string("web/_table_pagination.html", {"page": page, "noun": noun}, request=request)
    assert f">{said}<" in shown
