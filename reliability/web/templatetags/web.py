"""`{% load web %}`: numbers and times in words, states, bars, sparklines. All of them are shown on /styleguide/."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reliability.kit.cutting import cut
from reliability.web import sparklines, words
from reliability.web.charts import Chart
from reliability.web.markdown import render_markdown
from reliability.web.states import StateLook, look_of

register = template.Library()


@register.filter
def percent(value: object) -> str:
    """`{{ 99.95|percent }}` is "99.95 %"; None is "no data"."""
    return words.percent_text(words.decimal_of(value))


@register.filter
def ratio_percent(value: object) -> str:
    """`{{ 0.9995|ratio_percent }}` is "99.95 %"; None is "no data"."""
    number = words.decimal_of(value)
    return words.percent_text(None if number is None else number * 100)


@register.filter
def number(value: object, places: int | None = None) -> str:
    """`{{ 1234567|number }}` is "1,234,567"; `{{ rate|number:2 }}` fixes the places; None is "–"."""
    return words.number_text(value, places)


@register.filter
def counted(noun: str, count: int) -> str:
    """`{{ count }} {{ "policies"|counted:count }}` is "1 policy", "2 policies"."""
    return words.counted_noun(noun, count)


@register.filter
def markdown(text: str) -> SafeString:
    """`<div class="prose">{{ text|markdown }}</div>`: what people wrote, safe to show."""
    return render_markdown(text)


@register.filter
def duration(value: object) -> str:
    """A timedelta or seconds in words: "4 h 12 min"; None is "–"."""
    return words.duration_text(value)


@register.filter
def instant(value: datetime | None, form: str = "relative") -> SafeString | str:
    """`{{ at|instant }}`: "3 min ago" with the absolute time on hover; `|instant:"absolute"` and `|instant:"date"`
    say it outright. In the page's zone; shell.js keeps relative ones true. None is "–"."""
    if value is None:
        return words.NOTHING
    local = timezone.localtime(value)
    title = words.absolute_text(local)
    if form == "relative":
        text = words.relative_text(local, now=timezone.now())
    elif form == "date":
        text, form = f"{local:%Y-%m-%d}", "absolute"
    elif form == "minute":
        text, form = f"{local:%Y-%m-%d %H:%M}", "absolute"
    elif form == "clock":
        text, form = f"{local:%H:%M:%S} {local.tzname()}", "absolute"
    else:
        text = title
    utc = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return format_html('<time datetime="{}" title="{}" data-form="{}">{}</time>', utc, title, form, text)


@cache
def _icon_file() -> str:
    return static("web/icons.svg")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of icons.svg; the word stands beside it, so it is hidden from screen readers."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', _icon_file(), name)


@register.simple_tag
def state_badge(state: object, word: str = "") -> SafeString:
    """`{% state_badge slo.state %}`: icon and word in the state's tone; None is "No data"."""
    look = look_of(state)
    return _badge(look, word or look.word)


@register.filter
def tone(state: object) -> str:
    """`class="card tone-{{ run.state|tone }}"`: the tone of a state's look, for what holds more than its badge."""
    return look_of(state).tone


@lru_cache(maxsize=512)  # a list shows the same few a thousand times
def _badge(look: StateLook, word: str) -> SafeString:
    return format_html('<span class="state tone-{}">{}{}</span>', look.tone, icon(look.icon), word)


@register.simple_tag
def budget_bar(remaining: object, state: object = "") -> SafeString:
    """`{% budget_bar slo.remaining slo.state %}`: remaining is a ratio, 1 a full budget, negative overspent.

    Overspending grows from the right and fills the bar at −100 %; the words beside it are exact. The widths
    are SVG attributes: the content policy forbids inline styles.
    """
    ratio = words.decimal_of(remaining)
    if ratio is None:
        return _budget("none", "budget-left", 0, 0, words.NO_DATA)
    tone = look_of(state).tone if state else "bad" if ratio <= 0 else "good"
    width = round(min(abs(float(ratio)), 1.0) * 100, 2)
    kind, left = ("budget-over", round(100 - width, 2)) if ratio < 0 else ("budget-left", 0)
    return _budget(tone, kind, left, width, words.percent_text(ratio * 100))


def _bar(kind: str, left: float, width: float) -> str:
    """Numbers and names of ours only, so nothing in it needs escaping."""
    return (
        '<svg class="budget-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="budget-track" width="100" height="8"/>'
        f'<rect class="{kind}" x="{left}" width="{width}" height="8"/></svg>'
    )


def _budget(tone: str, kind: str, left: float, width: float, text: str) -> SafeString:
    return SafeString(
        f'<span class="budget tone-{tone}">{_bar(kind, left, width)}<span class="budget-text">{text}</span></span>'
    )


@register.simple_tag
def sparkline(values: Sequence[float | None] | None, objective: float | str | None = None) -> SafeString:
    """`{% sparkline slo.sparkline slo.objective %}`: ratios, oldest first, None is a gap; the objective dashed."""
    points = sparklines.points_of(values or [])
    goal = None if objective is None or objective == "" else float(objective)  # a template's word for "not there" is ""
    low, high = sparklines.scale_of(points, goal)
    level = ""
    if goal is not None and points:
        y = sparklines.height_of(goal, low=low, high=high)
        level = f'<line class="spark-objective" x1="0" x2="{sparklines.WIDTH}" y1="{y}" y2="{y}"/>'
    return SafeString(
        f'<svg class="spark" viewBox="-1 0 {sparklines.WIDTH + 2} {sparklines.HEIGHT}" preserveAspectRatio="none"'
        f' role="img" aria-label="{sparklines.description_of(points, goal)}">'
        f'{level}<path class="spark-line" d="{sparklines.path_of(points, low=low, high=high)}"/></svg>'
    )


@register.simple_tag
def meter(value: object, maximum: object = 1, tone: str = "info") -> SafeString:
    """A bar of value out of maximum, for progress and shares; None is an empty bar."""
    part, whole = words.decimal_of(value), words.decimal_of(maximum)
    share = float(part / whole) if part is not None and whole else 0.0
    bar = _bar("budget-left", 0, round(max(0.0, min(share, 1.0)) * 100, 2))
    return format_html('<span class="budget-only tone-{}">{}</span>', tone, SafeString(bar))


@register.inclusion_tag("web/_as_of.html")
def as_of(at: datetime | None, stale_after: int = 180) -> dict[str, object]:
    """`{% as_of status.evaluated_at 180 %}`: "as of 12:03:10 UTC", marked stale when older than that many seconds;
    "no data yet" without an instant.
    """
    is_stale = at is not None and (timezone.now() - at).total_seconds() > stale_after
    return {"at": at, "stale_after": stale_after, "is_stale": is_stale}


@register.simple_tag
def crumb(title: object, url: str = "") -> SafeString:
    """One step of `{% block breadcrumbs %}`; without an address it is the page itself."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, title)
    return format_html('<li aria-current="page">{}</li>', title)


@register.filter
def widget_kind(field: BoundField) -> str:
    """What _field.html has to know of a widget: checkbox, choices (radio, several boxes) or text."""
    name = field.field.widget.__class__.__name__
    if name == "CheckboxInput":
        return "checkbox"
    return "choices" if name in {"RadioSelect", "CheckboxSelectMultiple"} else "text"


@register.filter
def cells(chart: Chart) -> list[list[tuple[str, object]]]:
    """The rows of a chart's table as pairs of what is shown and what is meant."""
    return [
        [
            (_cell(value, chart.formats[index] if index < len(chart.formats) else ""), value)
            for index, value in enumerate(row)
        ]
        for row in chart.rows
    ]


def _cell(value: object, form: str) -> str:
    """Instants to the minute in the page's zone, ratios as percent, numbers with six digits, None as "–"."""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if form == "ratio":
        return ratio_percent(value)
    if isinstance(value, str):
        return value
    amount = words.decimal_of(value)
    if amount is None or amount == 0:
        return words.number_text(value)
    return words.number_text(amount, max(0, 5 - amount.adjusted()))


@register.filter
def in_words(value: object) -> str:
    """A stored value as text: {"rolling": "28d"} is "rolling: 28d", lists by commas, yes and no."""
    if value is None or value == "" or value == {} or value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {in_words(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(in_words(item) for item in value)
    return str(value)


@register.filter
def raw(value: object) -> str:
    """A cell as CSV has it: UTC instants in RFC 3339, numbers unrounded, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


@register.filter
def cut_at_word(text: object, length_max: int) -> str:
    """Unlike truncatechars never within a word, or an address."""
    return cut(str(text), length_max=length_max)
