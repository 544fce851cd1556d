"""Composites of stored minutes: figures, versions, nesting, and what refuses to be made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reliability.access.domain.caller import SYSTEM
from reliability.access.models import AuditEntry, Team
from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from reliability.web.errors import Conflict, Invalid
from slo.domain.composite_drafts import PartDraft
from slo.domain.composite_shares import WeakestReason
from slo.domain.minutes import MinuteSeries
from slo.domain.openslo.documents import SourceText
from slo.domain.openslo.exporting import to_documents, to_yaml
from slo.domain.status import State
from slo.models import Composite, CompositeVersion, Exclusion, Slo
from slo.selectors.composite_history import composite_past
from slo.selectors.composite_status import CompositeStatus, composite_status_of, statuses_of
from slo.selectors.composite_wholes import Need, batches_of
from slo.selectors.composites import versions_of
from slo.selectors.openslo import ExportFilters, export, known_to, left_out
from slo.services import composites, openslo, slos
from slo.services.composites import CompositeDraft
from slo.services.openslo import OpenSloRequest
from slo.services.series import store
from tests.cast import SliFactory, SloFactory, TeamFactory

pytestmark = pytest.mark.django_db

HOUR = 60


@pytest.fixture
def team() -> Team:
    return TeamFactory(slug="shop", name="Shop")


@pytest.fixture
def shop(team: Team, now: datetime) -> dict[str, Slo]:
    """Four hours of 100 events a minute. Search fails 01:00–01:20, pay 01:10–01:30 and 02:00–02:10, all before now."""
    return {
        "search": served(team, "search", now, failing=((60, 80),)),
        "pay": served(team, "pay", now, failing=((70, 90), (120, 130))),
        "mail": served(team, "mail", now, failing=(), unread=((200, 210),)),
    }


def served(
    team: Team, name: str, now: datetime, *, failing: Any = (), unread: Any = (), minutes: int = 4 * HOUR
) -> Slo:
    valid = np.full(minutes, 100.0)
    good, covered = valid.copy(), np.ones(minutes, dtype=np.bool_)
    for start, end in failing:
        good[start:end] = 50.0
    for start, end in unread:
        covered[start:end] = False
    slo: Slo = SloFactory(team=team, name=name, title=name.title(), sli=SliFactory(team=team, name=f"{name}-sli"))
    store(sli_id=slo.sli_id, counts=MinuteSeries(to_minute(now) - minutes, good, valid, covered), now=now)
    return slo


def drafted(team: Team, *parts: Slo | Composite, **changes: Any) -> CompositeDraft:
    made = tuple(PartDraft(slo_id=one.pk) if isinstance(one, Slo) else PartDraft(nested_id=one.pk) for one in parts)
    fields: dict[str, Any] = {
        "name": "journey",
        "title": "Journey",
        "team_id": team.pk,
        "kind": "all_of",
        "objective": "0.9",
        "window": {"rolling": "4h"},
        "slice_minutes": 5,
        "parts": made,
    }
    return CompositeDraft(**fields | changes)


def made(team: Team, now: datetime, *parts: Slo | Composite, **changes: Any) -> Composite:
    return composites.create(caller=SYSTEM, draft=drafted(team, *parts, **changes), now=now)


def standing(composite: Composite, now: datetime) -> CompositeStatus:
    return composite_status_of(composite=composite, at=now, now=now)


def test_a_slice_is_bad_when_that_of_any_part_is(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    status = standing(made(team, now, shop["search"], shop["pay"]), now)
    # 48 slices of five minutes: search is bad in four, pay in four and two, two of them are the same.
    assert status.valid == 48
    assert status.sli == pytest.approx(1 - 8 / 48)
    assert status.budget.consumed == pytest.approx(8 / 4.8)
    assert status.state is State.BREACHED
    assert status.shares is not None
    assert [one.own.bad for one in status.shares.parts] == [2, 4]
    assert status.shares.together.bad == 2
    assert [part.title for part in status.weakest_parts] == ["Pay"]
    assert status.weakest.reason is WeakestReason.BAD_MOST_OFTEN
    assert status.burn_rates["1h"] == 0
    assert status.coverage == 1


@pytest.mark.parametrize(
    ("missing", "slices", "bad"),
    [
        pytest.param("no_data", 46, 4, id="slices without data of a part are not judged"),
        pytest.param("left_out", 48, 4, id="or the other parts judge them"),
        pytest.param("bad", 48, 6, id="or they are bad"),
    ],
)
def test_a_part_that_was_not_measured(
    team: Team, shop: dict[str, Slo], now: datetime, missing: str, slices: int, bad: int
) -> None:
    status = standing(made(team, now, shop["search"], shop["mail"], missing=missing), now)
    assert status.valid == slices
    assert status.shares is not None
    assert status.shares.total.bad == bad
    assert status.coverage == pytest.approx(230 / 240)


def test_weights_make_quiet_parts_heard(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    composite = made(team, now, shop["search"], shop["pay"], kind="weighted")
    parts = tuple(
        replace(part, weight=1 + 2 * place)
        for place, part in enumerate(drafted(team, shop["search"], shop["pay"]).parts)
    )
    composites.update(caller=SYSTEM, composite=composite, draft=drafted(team, kind="weighted", parts=parts), now=now)
    status = standing(composite, now)
    assert status.valid == 240 * 100 * 4
    assert status.shares is not None
    assert [one.own.bad for one in status.shares.parts] == [20 * 50, 30 * 50 * 3]


def test_a_chain_is_the_product_of_its_parts_in_each_slice(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    status = standing(made(team, now, shop["search"], shop["pay"], kind="chain"), now)
    # Both at one half in two slices, one of them in two and four.
    assert status.sli == pytest.approx((40 + 6 * 0.5 + 2 * 0.25) / 48)
    assert status.shares is not None
    assert [float(one.own.bad) for one in status.shares.parts] == pytest.approx(
        [2 * 0.5 + 2 * 0.375, 4 * 0.5 + 2 * 0.375]
    )


def test_copies_spare_a_chain(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    parts = tuple(replace(one, group="copies") for one in drafted(team, shop["search"], shop["pay"]).parts)
    status = standing(composites.create(caller=SYSTEM, draft=drafted(team, kind="chain", parts=parts), now=now), now)
    assert status.sli == pytest.approx((46 + 2 * 0.75) / 48)


def test_exclusions_of_a_part_are_not_asked_of_the_whole(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    start = now - timedelta(hours=3)
    Exclusion.objects.create(
        team=team, slo=shop["search"], start_at=start, end_at=start + timedelta(minutes=20), reason="upgrade"
    )
    status = standing(made(team, now, shop["search"], shop["pay"]), now)
    assert status.shares is not None
    assert [one.own.bad for one in status.shares.parts] == [0, 6]
    assert status.coverage == 1


def test_exclusions_count_over_the_window_of_the_whole_however_short_that_of_the_part_is(
    team: Team, now: datetime
) -> None:
    parts = [served(team, name, now, minutes=40 * 1440) for name in ("one", "two")]
    start = now - timedelta(days=38)
    Exclusion.objects.create(team=team, slo=parts[0], start_at=start, end_at=start + timedelta(days=1), reason="moved")
    composite = made(team, now, *parts, kind="weighted", window={"rolling": "40d"})
    assert standing(composite, now).valid == (40 + 39) * 1440 * 100


def test_a_composite_may_stand_in_another_on_the_slices_of_that_one(
    team: Team, shop: dict[str, Slo], now: datetime
) -> None:
    inner = made(team, now, shop["search"], shop["pay"], name="inner", slice_minutes=1)
    outer = made(team, now, inner, shop["mail"], missing="left_out", slice_minutes=10)
    status = standing(outer, now)
    assert status.valid == 24
    assert status.shares is not None
    assert [one.own.bad for one in status.shares.parts] == [4, 0]  # 01:00–01:30 and 02:00–02:10


def test_nothing_measured_is_no_data(team: Team, now: datetime) -> None:
    never = [SloFactory(team=team), SloFactory(team=team)]
    status = standing(made(team, now, *never), now)
    assert (status.state, status.sli, status.budget.remaining) == (State.NO_DATA, None, None)
    assert status.weakest_parts == ()


def test_a_calendar_window_reckons_with_slices_to_come(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    window = {"calendar": {"count": 1, "unit": "day", "start": "2026-01-01T00:00:00", "time_zone": "Europe/Berlin"}}
    status = standing(made(team, now, shop["search"], shop["pay"], window=window), now)
    # Of 288 slices of the day in Berlin 28.8 may be bad.
    assert status.budget.consumed == pytest.approx(8 / 28.8)


def test_many_composites_ask_the_database_no_more_than_one(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    inner = made(team, now, shop["search"], shop["pay"], name="inner")
    made(team, now, inner, shop["mail"], name="outer")
    made(team, now, shop["mail"], shop["pay"], name="third", kind="chain")
    everything = list(Composite.objects.all())
    counts = []
    for asked in ([one for one in everything if one.name == "outer"], everything):
        with CaptureQueriesContext(connection) as queries:
            assert len(statuses_of(composites=asked, at=now)) == len(asked)
        counts.append(len(queries))
    assert counts == [8, 6]  # the inner one is known already when it is asked for, too


def test_history_and_budget_left_are_judged_by_the_version_of_their_time(
    team: Team, shop: dict[str, Slo], now: datetime
) -> None:
    begun = now - timedelta(hours=4)
    draft = drafted(team, shop["search"], shop["pay"])
    composite = composites.create(caller=SYSTEM, draft=draft, now=now, effective_from=begun)
    changed = now - timedelta(hours=2)
    composites.update(
        caller=SYSTEM, composite=composite, draft=replace(draft, objective="0.5"), now=now, effective_from=changed
    )
    versions = versions_of(composite=composite)
    assert [one.objective for one in versions] == [Decimal("0.5"), Decimal("0.9")]
    past = composite_past(
        composite=composite, versions=versions, period=Period(begun, now), step=timedelta(hours=1), now=now
    )
    assert [point.sli for point in past.points] == pytest.approx([1, 1 - 6 / 12, 1 - 2 / 12, 1])
    assert [point.objective for point in past.points] == [Decimal("0.9")] * 2 + [Decimal("0.5")] * 2
    assert past.burndown[-1].remaining == pytest.approx(1 - 8 / 48 / 0.5)
    assert past.burndown[-1].remaining == pytest.approx(standing(composite, now).budget.remaining)
    before = composite_status_of(composite=composite, at=changed - timedelta(minutes=5), now=now)
    assert before.objective == Decimal("0.9")


def test_what_changes_nothing_makes_no_version(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    composite = made(team, now, shop["search"], shop["pay"])
    for draft in (
        drafted(team, shop["search"], shop["pay"], objective="0.90"),
        composites.draft_of(composite=composite),
    ):
        composites.update(caller=SYSTEM, composite=composite, draft=draft, now=now + timedelta(hours=1))
    assert CompositeVersion.objects.count() == 1
    assert Composite.objects.get().revision == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"kind": "most_of"}, "kind", id="a kind that is none"),
        pytest.param({"objective": "99.9"}, "objective", id="a percentage"),
        pytest.param({"window": {"rolling": "2M"}}, "window", id="a window without a length"),
        pytest.param({"slice_minutes": 0}, "slice_minutes", id="no slice"),
        pytest.param({"parts": ()}, "parts", id="no parts"),
        pytest.param({"parts": (PartDraft(slo_id=1), PartDraft(slo_id=1))}, "parts.1.slo", id="a part twice"),
        pytest.param({"parts": (PartDraft(), PartDraft(slo_id=10**6))}, "parts.0.slo", id="a part that is nothing"),
        pytest.param({"kind": "weighted", "missing": "bad"}, "missing", id="events that nobody counted"),
        pytest.param({"name": "new"}, "name", id="the address of a page"),
    ],
)
def test_a_draft_with_a_mistake_is_refused_at_its_field(
    team: Team, shop: dict[str, Slo], now: datetime, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        made(team, now, shop["search"], shop["pay"], **changes)
    assert field in [detail["field"] for detail in refused.value.details]
    assert not Composite.objects.exists()


def test_more_than_can_be_read_at_once_is_refused_with_what_can_be(team: Team, now: datetime) -> None:
    parts = [SloFactory(team=team) for _ in range(23)]
    with pytest.raises(Invalid, match="take 86 days or fewer parts"):
        made(team, now, *parts, window={"rolling": "90d"})
    assert made(team, now, *parts, window={"rolling": "86d"}).pk


def test_circles_and_deep_nesting_are_refused(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    lowest = made(team, now, shop["search"], shop["pay"], name="lowest")
    middle = made(team, now, lowest, shop["mail"], name="middle")
    highest = made(team, now, middle, shop["mail"], name="highest")
    with pytest.raises(Invalid, match="3 deep"):
        made(team, now, highest, shop["mail"], name="beyond")
    draft = drafted(team, highest, shop["mail"], name="lowest")
    with pytest.raises(Invalid, match="made of this composite itself"):
        composites.update(caller=SYSTEM, composite=lowest, draft=draft, now=now)
    with pytest.raises(Invalid, match="cannot be weighed"):
        made(team, now, lowest, shop["mail"], name="heavy", kind="weighted")


def test_what_a_composite_is_made_of_is_not_deleted_under_it(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    inner = made(team, now, shop["search"], shop["pay"], name="inner", title="Inner")
    outer = made(team, now, inner, shop["mail"], name="outer", title="Outer")
    with pytest.raises(Conflict, match="Inner"):
        slos.delete(caller=SYSTEM, slo=shop["pay"], now=now)
    with pytest.raises(Conflict, match="Outer"):
        composites.delete(caller=SYSTEM, composite=inner, now=now)
    composites.delete(caller=SYSTEM, composite=outer, now=now)
    later = now + timedelta(hours=1)
    draft = drafted(team, shop["search"], shop["mail"], name="inner")
    composites.update(caller=SYSTEM, composite=inner, draft=draft, now=later)
    slos.delete(caller=SYSTEM, slo=shop["pay"], now=later)
    # The first version was made of it: of its time nothing is known any more, and it says so.
    past = composite_status_of(composite=inner, at=now, now=later)
    assert past.coverage == 0
    assert past.shares is not None
    assert past.shares.total.bad == 4


def test_every_write_is_told_with_the_parts_it_names(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    composite = made(team, now, shop["search"], shop["pay"])
    composites.delete(caller=SYSTEM, composite=composite, now=now, reason="not needed")
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "composite.create",
        "composite.delete",
    ]
    told = AuditEntry.objects.order_by("pk")[0].changes
    assert told["part search"] == [None, "weight 1"]
    assert told["objective"] == [None, "0.9"]


def test_shares_sum_to_what_the_budget_says(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    for kind in ("all_of", "weighted", "chain"):
        status = standing(
            made(team, now, *shop.values(), kind=kind, name=kind.replace("_", "-"), missing="left_out"), now
        )
        assert status.shares is not None
        total = sum((one.own.consumed for one in status.shares.parts), status.shares.together.consumed)
        assert total == status.shares.total.consumed
        assert isinstance(total, Fraction)
        assert status.budget.consumed == pytest.approx(float(total), rel=1e-12)


def test_an_export_to_openslo_says_which_composites_it_leaves_out(
    team: Team, shop: dict[str, Slo], now: datetime
) -> None:
    made(team, now, shop["search"], shop["pay"])
    assert left_out(caller=SYSTEM, filters=ExportFilters()) == [
        "composite journey: OpenSLO v1 has no composites (no_composites_in_v1)"
    ]
    assert left_out(caller=SYSTEM, filters=ExportFilters(slo_name="search")) == []
    exported = export(caller=SYSTEM, filters=ExportFilters())
    text = to_yaml(to_documents(exported, specs=known_to(caller=SYSTEM).indicator_specs), skipped=["composite journey"])
    assert text.startswith("# skipped: composite journey\n---\n")
    plan = openslo.plan(caller=SYSTEM, request=OpenSloRequest(files=[SourceText("body", text)]), now=now)
    assert plan.is_empty


def test_what_others_are_made_of_may_not_outgrow_them(team: Team, shop: dict[str, Slo], now: datetime) -> None:
    inner = made(team, now, shop["search"], shop["pay"], name="inner", kind="weighted", window={"rolling": "1d"})
    made(team, now, inner, shop["mail"], name="outer", kind="weighted", window={"rolling": "90d"})
    many = [SloFactory(team=team) for _ in range(22)]
    grown = drafted(team, *many, name="inner", kind="weighted", window={"rolling": "1d"})
    with pytest.raises(Invalid, match="would read 23 SLOs over 90 days"):
        composites.update(caller=SYSTEM, composite=inner, draft=grown, now=now)
    fewer = drafted(team, *many[:20], name="inner", kind="weighted", window={"rolling": "1d"})
    composites.update(caller=SYSTEM, composite=inner, draft=fewer, now=now)
    with pytest.raises(Invalid, match="cannot weigh slices"):
        composites.update(caller=SYSTEM, composite=inner, draft=replace(fewer, kind="chain"), now=now)


def test_what_is_taken_out_from_tomorrow_on_is_needed_until_then(
    team: Team, shop: dict[str, Slo], now: datetime
) -> None:
    composite = made(team, now, shop["search"], shop["pay"])
    tomorrow = now + timedelta(days=1)
    draft = drafted(team, shop["search"], shop["mail"])
    composites.update(caller=SYSTEM, composite=composite, draft=draft, now=now, effective_from=tomorrow)
    for name in ("pay", "mail"):
        with pytest.raises(Conflict, match="Journey"):
            slos.delete(caller=SYSTEM, slo=shop[name], now=now)
    slos.delete(caller=SYSTEM, slo=shop["pay"], now=tomorrow)


def test_long_windows_of_few_parts_are_not_read_for_the_many_of_others() -> None:
    year = Need(frozenset(range(5)), 0, 400 * 1440)
    days = [Need(frozenset(range(row * 100, row * 100 + 100)), 380 * 1440, 400 * 1440) for row in range(5)]
    batches = batches_of([*days, year])
    assert sorted(row for batch in batches for row in batch) == list(range(6))
    assert [5] in batches
    for batch in batches:
        whole = reduce(Need.joined, ([*days, year][row] for row in batch))
        assert whole.cost <= 2 * sum(([*days, year][row]).cost for row in batch)
    assert batches_of([days[0]] * 20) == [list(range(20))]
    assert batches_of([]) == []


def test_a_chart_of_the_past_is_bounded_by_what_older_versions_read(
    team: Team, shop: dict[str, Slo], now: datetime
) -> None:
    many = [SloFactory(team=team) for _ in range(50)]
    draft = drafted(team, *many, window={"rolling": "1d"})
    begun = now - timedelta(days=300)
    composite = composites.create(caller=SYSTEM, draft=draft, now=now, effective_from=begun)
    few = drafted(team, shop["search"], shop["pay"], window={"rolling": "1d"})
    changed = now - timedelta(days=10)
    composites.update(caller=SYSTEM, composite=composite, draft=few, now=now, effective_from=changed)
    past = composite_past(
        composite=composite,
        versions=versions_of(composite=composite),
        period=Period(begun, now),
        step=timedelta(days=1),
        now=now,
    )
    # 50 parts are read over 4,000 ÷ 50 days, less the one of the window.
    assert past.period.start == changed - timedelta(days=79)
    assert past.period.end == now
