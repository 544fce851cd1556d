"""`{% load web %}`: numbers and times in words, states, bars, sparklines. All of them are shown on /styleguide/."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reliability.web import sparklines, words
from reliability.web.charts import Chart
from reliability.web.states import look_of

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


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of icons.svg; the word stands beside it, so it is hidden from screen readers."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("web/icons.svg"), name)


@register.simple_tag
def state_badge(state: object, word: str = "") -> SafeString:
    """`{% state_badge slo.state %}`: icon and word in the state's tone; None is "No data"."""
    look = look_of(state)
    return format_html('<span class="state tone-{}">{}{}</span>', look.tone, icon(look.icon), word or look.word)


@register.simple_tag
def budget_bar(remaining: object, state: object = "") -> SafeString:
    """`{% budget_bar slo.remaining slo.state %}`: remaining is a ratio, 1 a full budget, negative overspent.

    Overspending grows from the right, hatched, and is full at −100 %; the words beside it are exact. The widths
    are SVG attributes: the content policy forbids inline styles.
    """
    ratio = words.decimal_of(remaining)
    if ratio is None:
        tone, text, bar = "none", words.NO_DATA, _bar("budget-left", 0, 0)
    else:
        tone = look_of(state).tone if state else "bad" if ratio <= 0 else "good"
        text = words.percent_text(ratio * 100)
        width = round(float(min(abs(ratio), 1)) * 100, 2)
        bar = _bar("budget-over", 100 - width, width) if ratio < 0 else _bar("budget-left", 0, width)
    return format_html('<span class="budget tone-{}">{}<span class="budget-text">{}</span></span>', tone, bar, text)


def _bar(kind: str, left: float, width: float) -> SafeString:
    return format_html(
        '<svg class="budget-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="budget-track" width="100" height="8"/>'
        '<rect class="{}" x="{}" width="{}" height="8"/></svg>',
        kind,
        left,
        width,
    )


@register.simple_tag
def sparkline(values: Sequence[float | None] | None, objective: float | None = None) -> SafeString:
    """`{% sparkline slo.sparkline slo.objective %}`: ratios, oldest first, None is a gap; the objective dashed."""
    points = sparklines.points_of(values or [])
    goal = None if objective is None else float(objective)
    low, high = sparklines.scale_of(points, goal)
    level = (
        format_html(
            '<line class="spark-objective" x1="0" x2="{}" y1="{}" y2="{}"/>',
            sparklines.WIDTH,
            *(sparklines.height_of(goal, low=low, high=high),) * 2,
        )
        if goal is not None and points
        else ""
    )
    return format_html(
        '<svg class="spark" viewBox="-1 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '{}<path class="spark-line" d="{}"/></svg>',
        sparklines.WIDTH + 2,
        sparklines.HEIGHT,
        sparklines.description_of(points, goal),
        level,
        sparklines.path_of(points, low=low, high=high),
    )


@register.simple_tag
def meter(value: object, maximum: object = 1, tone: str = "info") -> SafeString:
    """A bar of value out of maximum, for progress and shares; None is an empty bar."""
    part, whole = words.decimal_of(value), words.decimal_of(maximum)
    width = round(float(max(0, min(part / whole, 1))) * 100, 2) if part is not None and whole else 0
    return format_html('<span class="budget-only tone-{}">{}</span>', tone, _bar("budget-left", 0, width))


@register.inclusion_tag("web/_as_of.html")
def as_of(at: datetime | None, stale_after: int = 180) -> dict[str, object]:
    """`{% as_of status.evaluated_at 180 %}`: "as of 12:03:10 UTC", marked stale when older than that many seconds."""
    is_stale = at is None or (timezone.now() - at).total_seconds() > stale_after
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
def raw(value: object) -> str:
    """A cell as CSV has it: UTC instants in RFC 3339, numbers unrounded, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
