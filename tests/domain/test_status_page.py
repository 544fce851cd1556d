"""Status pages without a database: states, days, the one line, placeholders, the JSON's shape, feeds, the badge."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from incidents.status_page.domain import wire
from incidents.status_page.domain.badge import badge
from incidents.status_page.domain.content import (
    Affected,
    ComponentView,
    Content,
    GroupView,
    IncidentView,
    MaintenanceView,
    PageView,
    UpdateView,
)
from incidents.status_page.domain.days import DayView, Measured, figures_of, uptime_of
from incidents.status_page.domain.filling import fill, left_in, listed, unknown_in
from incidents.status_page.domain.judging import Reading, judge, outage_share
from incidents.status_page.domain.overall import overall
from incidents.status_page.domain.shown import Cause, Known, Override, Shown, shown
from incidents.status_page.domain.states import ComponentState as C
from incidents.status_page.domain.states import Impact, IncidentStatus, MaintenanceStatus
from incidents.status_page.public.bars import bars_of, minutes_text, percent_text, words_of
from incidents.status_page.public.feeds import atom, rss
from reliability.kit.periods import Period
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import MinuteSeries

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def reading(**fields: object) -> Reading:
    values: dict[str, object] = {
        "name": "Orders",
        "objective": Decimal("0.999"),
        "has_data": True,
        "measured_until": NOW,
        "is_alerting": False,
        "bad_share": 0.0,
        "is_overspent": False,
        "burn_1h": 0.1,
    }
    return Reading(**(values | fields))  # type: ignore[arg-type]  # fields of the dataclass


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        pytest.param({}, C.OPERATIONAL, id="served well is operational"),
        pytest.param({"is_overspent": True}, C.OPERATIONAL, id="overspent earlier and well now is operational"),
        pytest.param({"is_overspent": True, "burn_1h": 1.2}, C.DEGRADED_PERFORMANCE, id="overspent and still burning"),
        pytest.param({"bad_share": 0.9}, C.OPERATIONAL, id="without an alert a few bad events are no outage"),
        pytest.param({"is_alerting": True, "bad_share": 0.049}, C.DEGRADED_PERFORMANCE, id="an alert with few bad"),
        pytest.param({"is_alerting": True, "bad_share": 0.05}, C.PARTIAL_OUTAGE, id="an alert at the outage share"),
        pytest.param({"is_alerting": True, "bad_share": 0.5}, C.MAJOR_OUTAGE, id="an alert and half of all bad"),
        pytest.param({"is_alerting": True, "bad_share": None}, C.DEGRADED_PERFORMANCE, id="an alert without a share"),
    ],
)
def test_a_component_is_what_its_objective_says(fields: dict[str, object], state: C) -> None:
    found = judge(readings=[reading(**fields)], last_known=C.UNKNOWN, now=NOW)
    assert (found.state, found.is_measured) == (state, True)


def test_what_is_not_measured_is_never_operational_by_invention() -> None:
    old = reading(measured_until=NOW - timedelta(minutes=16))
    for silent in (old, reading(has_data=False), reading(measured_until=None)):
        never = judge(readings=[silent], last_known=C.UNKNOWN, now=NOW)
        assert (never.state, never.is_measured) == (C.UNKNOWN, False)
        kept = judge(readings=[silent], last_known=C.PARTIAL_OUTAGE, now=NOW)
        assert kept.state is C.PARTIAL_OUTAGE
        assert "no fresh data of Orders" in kept.reason
    bad = reading(name="Pages", is_alerting=True, bad_share=0.7)
    assert judge(readings=[old, bad], last_known=C.OPERATIONAL, now=NOW).state is C.MAJOR_OUTAGE
    assert judge(readings=[old, reading()], last_known=C.PARTIAL_OUTAGE, now=NOW).state is C.PARTIAL_OUTAGE
    assert judge(readings=[], last_known=C.OPERATIONAL, now=NOW).is_measured is False


def test_the_outage_share_is_ten_budgets_within_bounds() -> None:
    shares = [outage_share(Decimal(text)) for text in ("0.9999", "0.999", "0.99", "0.95", "0.5")]
    assert shares == pytest.approx([0.05, 0.05, 0.1, 0.5, 0.5])


def test_the_word_of_a_person_wins_until_it_ends() -> None:
    override = Override(C.OPERATIONAL, until=NOW)
    known = Known(automatic=C.MAJOR_OUTAGE, said=(C.PARTIAL_OUTAGE,), override=override)
    assert shown(known=known, now=NOW - timedelta(seconds=1)) == Shown(C.OPERATIONAL, Cause.OVERRIDE)
    assert shown(known=known, now=NOW) == Shown(C.MAJOR_OUTAGE, Cause.AUTOMATIC)
    for_good = Known(automatic=C.MAJOR_OUTAGE, override=Override(C.DEGRADED_PERFORMANCE, None))
    assert shown(known=for_good, now=NOW).state is C.DEGRADED_PERFORMANCE


def test_the_worst_that_is_known_is_shown_and_maintenance_explains_what_is_measured() -> None:
    assert shown(known=Known(C.OPERATIONAL, of_incidents=C.PARTIAL_OUTAGE), now=NOW).state is C.PARTIAL_OUTAGE
    said = Known(C.OPERATIONAL, said=(C.OPERATIONAL, C.DEGRADED_PERFORMANCE))
    assert shown(known=said, now=NOW) == Shown(C.DEGRADED_PERFORMANCE, Cause.INCIDENT)
    work = Known(C.MAJOR_OUTAGE, is_in_maintenance=True)
    assert shown(known=work, now=NOW) == Shown(C.UNDER_MAINTENANCE, Cause.MAINTENANCE)
    worse = Known(C.OPERATIONAL, said=(C.MAJOR_OUTAGE,), is_in_maintenance=True)
    assert shown(known=worse, now=NOW).state is C.MAJOR_OUTAGE
    assert shown(known=Known(C.UNKNOWN, said=(C.OPERATIONAL,)), now=NOW).state is C.UNKNOWN


def series(good: list[float], valid: list[float], covered: list[bool], *, start: int = 0) -> MinuteSeries:
    return MinuteSeries(start, np.array(good), np.array(valid), np.array(covered))


def test_a_day_counts_what_was_measured_and_nothing_else() -> None:
    orders = Measured(series([100, 50, 0, 99], [100, 100, 0, 100], [True, True, True, False]), Decimal("0.999"))
    found = figures_of(measured=[orders], minutes=4)
    assert (found.measured_minutes, found.down_minutes, found.good, found.valid) == (3, 1, 150, 200)
    start = datetime(1970, 1, 1, tzinfo=UTC)
    without = Measured(
        orders.series,
        orders.objective,
        (Exclusion(Period(start + timedelta(minutes=1), start + timedelta(minutes=2))),),
    )
    spared = figures_of(measured=[without], minutes=4)
    assert (spared.measured_minutes, spared.down_minutes, spared.good, spared.valid) == (2, 0, 100, 100)
    pages = Measured(series([10] * 4, [10] * 4, [True] * 4), Decimal("0.9"))
    both = figures_of(measured=[pages, orders], minutes=4)
    assert (both.measured_minutes, both.good, both.valid) == (4, 150, 200)  # of the worst one
    scraped = Measured(series([10.4] * 4, [10.4] * 4, [True] * 4), Decimal("0.9"))  # increases are no whole numbers
    assert (figures_of(measured=[scraped], minutes=4).good, figures_of(measured=[scraped], minutes=4).valid) == (42, 42)
    failing = Measured(series([0.4, 10, 10, 10], [0.5, 10, 10, 10], [True] * 4), Decimal("0.9"))
    assert (figures_of(measured=[failing], minutes=4).good, figures_of(measured=[failing], minutes=4).valid) == (30, 31)
    faint = Measured(series([0.2, 0, 0, 0], [0.2, 0, 0, 0], [True] * 4), Decimal("0.9"))
    assert (figures_of(measured=[faint], minutes=4).good, figures_of(measured=[faint], minutes=4).valid) == (1, 1)
    assert figures_of(measured=[], minutes=4).valid == 0
    assert (
        figures_of(
            measured=[Measured(MinuteSeries.empty(start_minute=0, end_minute=4), Decimal("0.9"))], minutes=4
        ).valid
        == 0
    )


def test_days_without_data_are_told_as_such() -> None:
    days = [DayView(date(2026, 11, 20)), DayView(date(2026, 11, 21), 1440, 1400, 75, 995, 1000)]
    assert [one.level for one in days] == ["no_data", "bad"]
    found = uptime_of(days)
    assert (found.ratio, found.valid, found.down_minutes, found.measured_days, found.days) == (0.995, 1000, 75, 1, 2)
    assert uptime_of([days[0]]).ratio is None
    assert words_of(days[0]) == "20 November 2026: no data"
    assert words_of(days[1]) == "21 November 2026: 99.500 % of 1,000, 1 h 15 min down"
    assert percent_text(0.9999999) == "99.999 %", "never rounded up to all"
    assert percent_text(0.57) == "57 %", "nor down by what floats cannot hold"
    assert (percent_text(1.0), minutes_text(0), minutes_text(60)) == ("100 %", "0 min", "1 h")


def component(**fields: object) -> ComponentView:
    values: dict[str, object] = {
        "code": "c00000000001",
        "name": "Checkout",
        "description": "",
        "group_code": None,
        "position": 1,
        "state": C.OPERATIONAL,
        "is_stale": False,
        "measured_at": NOW,
        "show_uptime": True,
        "started_on": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return ComponentView(**(values | fields))  # type: ignore[arg-type]  # fields of the dataclass


def incident(**fields: object) -> IncidentView:
    update = UpdateView(
        "u00000000001",
        "investigating",
        "It is **slow** <script>alert(1)</script> & odd \x0b",
        NOW,
        NOW,
        NOW,
        is_edited=False,
        is_told=True,
        affected=(Affected("c00000000001", "Checkout", C.OPERATIONAL, C.PARTIAL_OUTAGE),),
    )
    values: dict[str, object] = {
        "code": "i00000000001",
        "title": "Slow & <odd>",
        "impact": Impact.MINOR,
        "status": IncidentStatus.INVESTIGATING,
        "started_at": NOW,
        "monitoring_at": None,
        "resolved_at": None,
        "created_at": NOW,
        "updated_at": NOW,
        "components": ("c00000000001",),
        "updates": (update,),
    }
    return IncidentView(**(values | fields))  # type: ignore[arg-type]  # fields of the dataclass


WORK = MaintenanceView(
    "m00000000001", "New index", MaintenanceStatus.SCHEDULED, NOW, NOW + timedelta(hours=1), None, False, NOW, NOW
)


def content(**fields: object) -> Content:
    page = PageView("p00000000001", "Shop", "", "", "Europe/Berlin", "https://status.example.com", NOW, True)
    values: dict[str, object] = {"page": page, "components": (component(),)}
    return Content(**(values | fields))  # type: ignore[arg-type]  # fields of the dataclass


@pytest.mark.parametrize(
    ("fields", "indicator", "words"),
    [
        pytest.param({}, "none", "All systems operational", id="everything measured and well"),
        pytest.param({"components": ()}, "none", "No components yet", id="nothing on the page"),
        pytest.param(
            {"components": (component(), component(state=C.UNKNOWN))},
            "none",
            "No known problems; not everything is measured",
            id="one was never measured",
        ),
        pytest.param({"components": (component(is_stale=True),)}, "none", "No current measurements", id="all are dark"),
        pytest.param({"components": (component(state=C.MAJOR_OUTAGE),)}, "critical", "Major outage", id="all down"),
        pytest.param(
            {"components": (component(), component(state=C.MAJOR_OUTAGE))},
            "critical",
            "Partial system outage",
            id="one of two is down",
        ),
        pytest.param({"incidents": (incident(),)}, "minor", "Minor service outage", id="a minor incident is open"),
        pytest.param(
            {"components": (component(state=C.UNDER_MAINTENANCE),)},
            "maintenance",
            "Service under maintenance",
            id="maintenance alone",
        ),
    ],
)
def test_one_line_says_how_it_stands(fields: dict[str, object], indicator: str, words: str) -> None:
    found = overall(content(**fields))
    assert (found.indicator, found.description) == (indicator, words)


def test_the_json_has_the_shape_of_statuspage_with_every_array() -> None:
    empty = wire.summary(content(components=()))
    assert set(empty) == {"page", "components", "incidents", "scheduled_maintenances", "status"}
    assert [empty[name] for name in ("components", "incidents", "scheduled_maintenances")] == [[], [], []]
    assert set(empty["page"]) == {"id", "name", "url", "time_zone", "updated_at"}
    assert empty["page"]["updated_at"] == "2026-11-21T12:00:00.000Z"
    group = GroupView("g00000000001", "Buying", "", 1, NOW, NOW)
    held = component(group_code=group.code, state=C.PARTIAL_OUTAGE)
    full = wire.summary(content(groups=(group,), components=(held,), incidents=(incident(),), maintenances=(WORK,)))
    heading, one = full["components"]
    assert (heading["group"], heading["components"], heading["status"]) == (True, [held.code], "partial_outage")
    names = "id name status created_at updated_at position description showcase start_date group_id page_id group"
    assert set(names.split()) | {"only_show_if_degraded", "measured"} == set(one)
    told = full["incidents"][0]
    names = "id name status created_at updated_at monitoring_at resolved_at impact shortlink started_at page_id"
    assert set(names.split()) | {"incident_updates", "components", "reminder_intervals"} == set(told)
    assert told["shortlink"] == "https://status.example.com/incidents/i00000000001"
    update = told["incident_updates"][0]
    assert update["incident_id"] == told["id"]
    assert update["affected_components"] == [
        {"code": held.code, "name": "Checkout", "old_status": "operational", "new_status": "partial_outage"}
    ]
    work = full["scheduled_maintenances"][0]
    assert (work["scheduled_for"], work["scheduled_until"]) == ("2026-11-21T12:00:00.000Z", "2026-11-21T13:00:00.000Z")
    assert (work["impact"], work["components"], work["incident_updates"]) == ("maintenance", [], [])


def test_feed_entries_keep_their_id_and_move_updated() -> None:
    name = "{http://www.w3.org/2005/Atom}"
    first = ET.fromstring(atom(content(incidents=(incident(),), maintenances=(WORK,))))  # noqa: S314  our own
    later = NOW + timedelta(hours=2)
    changed = content(incidents=(incident(updated_at=later),), maintenances=(WORK,))
    second = ET.fromstring(atom(changed))  # noqa: S314  our own
    entries = [feed.findall(f"{name}entry") for feed in (first, second)]
    assert [len(found) for found in entries] == [2, 2]
    ids = [{one.findtext(f"{name}id") for one in found} for found in entries]
    assert ids[0] == ids[1]
    moved = entries[1][0]
    assert moved.findtext(f"{name}updated") == "2026-11-21T14:00:00.000Z"
    html = moved.findtext(f"{name}content") or ""
    assert "<script" not in html
    assert "<strong>slow</strong>" in html
    channel = ET.fromstring(rss(content(incidents=(incident(),)))).find("channel")  # noqa: S314  our own
    assert channel is not None
    assert channel.findtext("item/title") == "Slow & <odd>"


def test_the_badge_is_read_aloud_and_escaped() -> None:
    page = PageView("p00000000001", '<Shop> & "Co"', "", "", "UTC", "https://x.example", NOW, True)
    found = ET.fromstring(badge(content(page=page)))  # noqa: S314  our own
    assert found.get("role") == "img"
    assert found.get("aria-label") == '<Shop> & "Co": All systems operational'


def test_placeholders_are_filled_once_and_what_is_left_is_seen() -> None:
    text = "{component} since {time}, {nonsense} {start}"
    assert fill(text, values={"component": "{time}", "time": "14:30"}) == "{time} since 14:30, {nonsense} {start}"
    assert (unknown_in(text), left_in(text)) == (["nonsense"], ["component", "start", "time"])
    assert [listed(list(names)) for names in ("", "A", "AB", "ABC")] == ["", "A", "A and B", "A, B and C"]


def test_bars_stand_at_the_right_and_say_their_sum() -> None:
    days = tuple(DayView(date(2026, 11, day), 1440, 1440, 0, 999, 1000) for day in (20, 21))
    found = bars_of(component(days=days))
    assert [bar.x for bar in found.bars] == [88 * 5, 89 * 5]
    assert found.title == "Checkout: 99.900 % over 2 days measured, n = 2,000"
    assert found.first_words == "2 days ago"
