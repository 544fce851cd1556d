"""Links and names of services: what a browser opens without running anything (fault 17)."""

from __future__ import annotations

import pytest

from reliability.catalog.domain.link import LINKS_MAX, link_mistakes, url_mistake
from reliability.catalog.domain.name import label_mistake, name_mistake
from reliability.catalog.domain.tier import tier_mistake


@pytest.mark.parametrize(
    "url",
    [
        "https://grafana.example.org/d/1?var=a&b=%20",
        "http://10.0.0.1:3000/",
        "https://[2001:db8::1]/x",
        "https://例え.jp/",
    ],
)
def test_an_address_of_the_web_is_a_link(url: str) -> None:
    assert url_mistake(url) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("javascript:alert(1)", "begins with https"),
        ("JaVaScRiPt:alert(1)", "begins with https"),
        ("java\tscript:alert(1)", "no spaces, control characters"),
        (" https://example.org", "no spaces, control characters"),
        ("https:\\\\example.org", "backslashes"),
        ("data:text/html,x", "begins with https"),
        ("ftp://example.org/", "begins with https"),
        ("//example.org/", "begins with https"),
        ("/etc/passwd", "begins with https"),
        ("https://", "names no host"),
        ("https://[::1", "is not an address"),
        ("https://user:pass@example.org/", "no user name or password"),
        ("https://example.org/" + "x" * 500, "at most 500"),
    ],
)
def test_everything_else_is_refused_with_what_to_change(url: str, words: str) -> None:
    assert words in (url_mistake(url) or "")


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org",
        {"title": "x"},
        {"title": "x", "url": "https://example.org", "more": 1},
        {"title": "", "url": "https://example.org"},
        {"title": "x", "url": 1},
        {"title": "x", "url": "javascript:x"},
    ],
)
def test_a_link_has_a_title_and_an_address(link: object) -> None:
    good = {"title": "x", "url": "https://example.org"}
    assert [index for index, _ in link_mistakes([good, link])] == [1]


def test_links_have_a_bound() -> None:
    good = {"title": "x", "url": "https://example.org"}
    assert link_mistakes([good] * LINKS_MAX) == []
    assert link_mistakes([good] * (LINKS_MAX + 1)) == [(LINKS_MAX, "at most 50 links")]


@pytest.mark.parametrize("name", ["a", "checkout-api", "0", "a" * 63])
def test_a_name_of_lower_case_letters_digits_and_hyphens_passes(name: str) -> None:
    assert name_mistake(name) is None


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a b", "ä", "a" * 64, "new", "a\n"])
def test_any_other_name_is_refused(name: str) -> None:
    assert name_mistake(name)


@pytest.mark.parametrize(
    ("labels", "is_good"),
    [({"a": "b"}, True), ({"": "b"}, False), ({"a": 1}, False), ({"a": "x" * 201}, False)],
    ids=["texts", "an empty key", "a number", "too long"],
)
def test_labels_are_short_texts(labels: dict[str, object], is_good: bool) -> None:
    assert (label_mistake(labels) is None) is is_good


def test_labels_have_a_bound() -> None:
    assert label_mistake({str(n): "x" for n in range(51)}) == "at most 50 labels"


@pytest.mark.parametrize(("tier", "is_good"), [(0, False), (1, True), (4, True), (5, False)])
def test_tiers_are_one_to_four(tier: int, is_good: bool) -> None:
    assert (tier_mistake(tier) is None) is is_good
