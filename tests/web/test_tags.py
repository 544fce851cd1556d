"""The tags and filters of `{% load web %}`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone

from reliability.web import sparklines
from reliability.web.states import StateLook, look_of, register_state

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def shown(source: str, **context: Any) -> str:
    return Template("{% load web %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        pytest.param("{{ value|percent }}", 99.95, "99.95 %", id="percent"),
        pytest.param("{{ value|percent }}", None, "no data", id="no percent"),
        pytest.param("{{ value|ratio_percent }}", 0.99999, "99.999 %", id="a ratio in binary keeps its digits"),
        pytest.param("{{ value|ratio_percent }}", None, "no data", id="no ratio"),
        pytest.param("{{ value|ratio_percent }}", float("nan"), "no data", id="NaN is no ratio"),
        pytest.param("{{ value|number }}", 1234567, "1,234,567", id="number"),
        pytest.param("{{ value|number:1 }}", 6.283, "6.3", id="number with places"),
        pytest.param("{{ value|number }}", None, "–", id="no number"),
        pytest.param("{{ value|duration }}", 15120, "4 h 12 min", id="duration"),
        pytest.param("{{ value|duration }}", None, "–", id="no duration"),
        pytest.param("{{ value|instant }}", None, "–", id="no instant"),
    ],
)
def test_values_are_told_in_words(source: str, value: object, text: str) -> None:
    assert shown(source, value=value) == text


def test_an_instant_is_relative_with_the_absolute_time_on_hover_in_the_zone_of_the_page() -> None:
    with time_machine.travel(NOW, tick=False), timezone.override("Europe/Berlin"):
        text = shown("{{ at|instant }}", at=NOW - timedelta(minutes=3))
    assert text == (
        '<time datetime="2026-03-02T11:57:00Z" title="2026-03-02 12:57:00 CET" data-form="relative">3 min ago</time>'
    )


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("absolute", "2026-03-02 13:00:00 CET"),
        ("minute", "2026-03-02 13:00"),
        ("date", "2026-03-02"),
        ("clock", "13:00:00 CET"),
    ],
)
def test_an_instant_has_absolute_forms(form: str, text: str) -> None:
    with timezone.override("Europe/Berlin"):
        assert f">{text}</time>" in shown("{{ at|instant:form }}", at=NOW, form=form)


@pytest.mark.parametrize(
    ("state", "tone", "word"),
    [
        ("met", "good", "Met"),
        ("at_risk", "warn", "At risk"),
        ("breached", "bad", "Breached"),
        (None, "none", "No data"),
        ("being_thought_over", "none", "Being thought over"),
    ],
)
def test_a_state_is_icon_and_word_in_its_tone(state: str | None, tone: str, word: str) -> None:
    badge = shown("{% state_badge state %}", state=state)
    assert f"tone-{tone}" in badge
    assert f"{word}</span>" in badge
    assert re.search(r'<use href="[^"]*icons\.svg#[a-z-]+"', badge)


def test_a_state_keeps_its_first_look() -> None:
    with pytest.raises(ValueError, match="already looks like"):
        register_state("met", StateLook("Kept", "bad", "flame"))
    assert look_of("met").word == "Met"


@pytest.mark.parametrize(
    ("remaining", "bar", "text"),
    [
        pytest.param(1.0, 'class="budget-left" x="0" width="100.0"', "100 %", id="a full budget"),
        pytest.param(0.713, 'class="budget-left" x="0" width="71.3"', "71.3 %", id="most of it"),
        pytest.param(0, 'class="budget-left" x="0" width="0.0"', "0 %", id="none left"),
        pytest.param(
            -0.234, 'class="budget-over" x="76.6" width="23.4"', "−23.4 %", id="overspent grows from the right"
        ),
        pytest.param(
            -5, 'class="budget-over" x="0.0" width="100.0"', "−500 %", id="overspent many times fills the bar"
        ),
        pytest.param(1.4, 'class="budget-left" x="0" width="100.0"', "140 %", id="returned budget does not overflow"),
        pytest.param(None, 'class="budget-left" x="0" width="0"', "no data", id="no data is an empty bar and says so"),
    ],
)
def test_a_budget_is_bar_and_words(remaining: float | None, bar: str, text: str) -> None:
    drawn = shown("{% budget_bar remaining %}", remaining=remaining)
    assert bar in drawn
    assert f'<span class="budget-text">{text}</span>' in drawn
    assert "style=" not in drawn


def test_a_sparkline_breaks_where_nothing_was_measured_and_says_so() -> None:
    drawn = shown("{% sparkline values 0.999 %}", values=[0.999, 0.998, None, float("nan"), 1.0, None, 0.9995, 0.9999])
    path = re.search(r' d="([^"]*)"', drawn)
    assert path is not None
    assert path[1].count("M") == 3
    assert "h0" in path[1], "a lone slice is a dot"
    assert 'aria-label="newest 99.99 %, lowest 99.8 %, objective 99.9 %, no data in 3 of 8 slices"' in drawn
    assert 'class="spark-objective"' in drawn


@pytest.mark.parametrize("values", [[], [None, None], None])
def test_a_sparkline_of_nothing_says_no_data(values: list[float | None] | None) -> None:
    assert 'aria-label="No data in this period"' in shown("{% sparkline values 0.999 %}", values=values)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([0.5] * 9, id="a flat line"),
        pytest.param([1.0], id="one slice"),
        pytest.param([0.0, 1.0, 0.25], id="from nothing to all"),
        pytest.param([1 - 1e-9, 1 - 2e-9], id="differences in the ninth place"),
    ],
)
def test_a_sparkline_stays_in_its_box(values: list[float]) -> None:
    low, high = sparklines.scale_of(values, None)
    numbers = re.findall(r"[ML](\S+) ([^MLh]+)", sparklines.path_of(values, low=low, high=high))
    assert len(numbers) == len(values)
    assert all(0 <= float(x) <= sparklines.WIDTH and 0 <= float(y) <= sparklines.HEIGHT for x, y in numbers)


@pytest.mark.parametrize(
    ("age_seconds", "is_stale"), [pytest.param(60, False, id="a minute old"), pytest.param(181, True, id="too old")]
)
def test_as_of_marks_what_is_stale(age_seconds: int, is_stale: bool) -> None:
    with time_machine.travel(NOW, tick=False):
        text = shown("{% as_of at 180 %}", at=NOW - timedelta(seconds=age_seconds))
    assert ("is-stale" in text) is is_stale
    assert "as of <time" in text


def test_what_was_never_measured_is_stale() -> None:
    assert shown("{% as_of None %}").strip() == '<span class="as-of">no data yet</span>'


def test_words_of_users_are_escaped() -> None:
    hostile = "<script>alert(1)</script>"
    for source in ("{% crumb title url %}", "{% state_badge title %}", "{% state_badge 'met' title %}"):
        assert "<script" not in shown(source, title=hostile, url='"><script>')
