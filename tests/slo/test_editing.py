"""Objectives and indicators as people edit them: versions, refusals, two editors, the audit trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reliability.access.models import AuditEntry
from reliability.kit.periods import Period
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from slo.models import HourChunk, Sli, Slo, SloStatus, SloVersion
from slo.selectors.slos import get_slo, list_slos
from slo.selectors.status import status_of
from slo.services import adjustments, exclusions, slis, slos
from slo.services.slis import SliDraft
from slo.services.slos import SloDraft
from tests.cast import Cast, ServiceFactory, SliFactory, SourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sli(cast: Cast) -> Sli:
    made: Sli = SliFactory(source__team=cast.payments)
    return made


@pytest.fixture
def draft(cast: Cast, sli: Sli) -> SloDraft:
    return SloDraft(
        name="checkout-errors",
        title="Checkouts succeed",
        team_id=cast.payments.pk,
        sli_id=sli.pk,
        objective="0.999",
        window={"rolling": "28d"},
    )


def fields_of(problem: Any) -> set[str]:
    return {detail["field"] for detail in problem.value.details}


def test_a_new_objective_is_evaluated_audited_and_due_at_once(cast: Cast, draft: SloDraft, now: datetime) -> None:
    slo = slos.create(caller=cast.caller("editor"), draft=draft, now=now, reason="agreed with product")
    status = SloStatus.objects.get(slo=slo)
    assert (status.state, status.sli, status.remaining) == ("no_data", None, None)
    entry = AuditEntry.objects.get(action="slo.create")
    assert (entry.actor_name, entry.object_name, entry.reason) == ("Editor", "checkout-errors", "agreed with product")
    assert entry.changes["objective"] == [None, "0.999"]
    assert Due.objects.get(kind="slo.evaluate").key == str(cast.payments.pk)
    assert slo.versions.get().author_name == "Editor"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"objective": "99.9"}, "objective", id="a percentage is no objective"),
        pytest.param({"objective": 1}, "objective", id="100 % is no objective"),
        pytest.param({"window": {"rolling": "1M"}}, "window", id="a rolling month has no length"),
        pytest.param(
            {"window": {"calendar": {"count": 1, "unit": "day", "start": "2026-01-01", "time_zone": "Mars/Base"}}},
            "window",
            id="the zone is unknown",
        ),
        pytest.param({"name": "Checkout Errors"}, "name", id="a name with spaces"),
        pytest.param({"budgeting_method": "Guesses"}, "budgeting_method", id="an unknown method"),
        pytest.param({"budgeting_method": "Timeslices", "slice_target": "0.9"}, "slice_minutes", id="no slice length"),
        pytest.param({"budgeting_method": "Timeslices", "slice_minutes": 5}, "slice_target", id="no slice target"),
        pytest.param({"sli_id": 999_999}, "sli", id="an indicator that does not exist"),
        pytest.param({"service_id": 999_999}, "service", id="a service that does not exist"),
    ],
)
def test_a_wrong_draft_is_refused_at_its_field(
    cast: Cast, draft: SloDraft, now: datetime, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as problem:
        slos.create(caller=cast.caller("editor"), draft=replace(draft, **changes), now=now)
    assert fields_of(problem) == {field}
    assert not Slo.objects.exists()


def test_all_mistakes_are_told_at_once(cast: Cast, draft: SloDraft, now: datetime) -> None:
    wrong = replace(draft, objective="2", window={"rolling": "x"}, name="", sli_id=999_999)
    with pytest.raises(Invalid) as problem:
        slos.create(caller=cast.caller("editor"), draft=wrong, now=now)
    assert fields_of(problem) == {"objective", "window", "name", "sli"}


def test_an_indicator_of_a_private_team_of_others_does_not_exist(cast: Cast, draft: SloDraft, now: datetime) -> None:
    foreign = SliFactory(source__team=cast.search)
    with pytest.raises(Invalid) as problem:
        slos.create(caller=cast.caller("editor"), draft=replace(draft, sli_id=foreign.pk), now=now)
    assert "not yours to see" in problem.value.message


def test_who_may_not_edit_is_refused_and_who_may_not_see_finds_nothing(
    cast: Cast, draft: SloDraft, now: datetime
) -> None:
    with pytest.raises(Forbidden):
        slos.create(caller=cast.caller("viewer"), draft=draft, now=now)
    slo = slos.create(caller=cast.caller("editor"), draft=draft, now=now)
    outsider = cast.caller("outsider")
    with pytest.raises(NotFound):
        get_slo(caller=outsider, name=slo.name)
    with pytest.raises(NotFound):
        slos.delete(caller=outsider, slo=slo, now=now)
    assert not list_slos(caller=outsider).exists()


def test_a_name_in_use_is_a_conflict_at_the_name(cast: Cast, draft: SloDraft, now: datetime) -> None:
    slos.create(caller=cast.caller("editor"), draft=draft, now=now)
    with pytest.raises(Conflict) as problem:
        slos.create(caller=cast.caller("editor"), draft=draft, now=now)
    assert fields_of(problem) == {"name"}


def test_a_change_of_the_objective_is_a_version_and_the_past_keeps_its_own(
    cast: Cast, draft: SloDraft, now: datetime
) -> None:
    editor = cast.caller("editor")
    slo = slos.create(caller=editor, draft=draft, now=now - timedelta(days=3))
    slo = slos.update(caller=editor, slo=slo, draft=replace(draft, objective="0.99"), now=now, reason="too strict")
    assert [version.objective.normalize() for version in slo.versions.order_by("effective_from")] == [
        Decimal("0.999"),
        Decimal("0.99"),
    ]
    yesterday = status_of(slo=slo, at=now - timedelta(days=1), now=now)
    restated = status_of(slo=slo, at=now - timedelta(days=1), now=now, is_restated=True)
    assert (yesterday.objective, restated.objective) == (Decimal("0.999"), Decimal("0.99"))
    assert status_of(slo=slo, at=now, now=now).objective == Decimal("0.99")


def test_a_change_of_the_title_is_no_version(cast: Cast, draft: SloDraft, now: datetime) -> None:
    editor = cast.caller("editor")
    slo = slos.create(caller=editor, draft=draft, now=now)
    slo = slos.update(caller=editor, slo=slo, draft=replace(draft, title="Buying works"), now=now + timedelta(hours=1))
    assert slo.versions.count() == 1
    assert AuditEntry.objects.get(action="slo.update").changes == {"title": ["Checkouts succeed", "Buying works"]}


def test_a_draft_without_a_difference_changes_nothing(cast: Cast, draft: SloDraft, now: datetime) -> None:
    editor = cast.caller("editor")
    slo = slos.create(caller=editor, draft=draft, now=now)
    again = slos.update(caller=editor, slo=slo, draft=slos.draft_of(slo=slo), now=now + timedelta(hours=1))
    assert (again.revision, again.versions.count()) == (1, 1)
    assert not AuditEntry.objects.filter(action="slo.update").exists()


def test_two_changes_in_one_minute_are_one_version(cast: Cast, draft: SloDraft, now: datetime) -> None:
    editor = cast.caller("editor")
    slo = slos.create(caller=editor, draft=draft, now=now)
    for seconds, objective in ((70, "0.9"), (80, "0.95")):
        moment = now + timedelta(seconds=seconds)
        slo = slos.update(caller=editor, slo=slo, draft=replace(draft, objective=objective), now=moment)
    assert [version.objective.normalize() for version in slo.versions.order_by("effective_from")] == [
        Decimal("0.999"),
        Decimal("0.95"),
    ]


def test_a_change_from_a_past_instant_replaces_later_versions_and_keeps_the_status(
    cast: Cast, draft: SloDraft, now: datetime
) -> None:
    editor = cast.caller("editor")
    slo = slos.create(caller=editor, draft=draft, now=now - timedelta(days=9))
    slo = slos.update(caller=editor, slo=slo, draft=replace(draft, objective="0.9"), now=now - timedelta(days=3))
    slo = slos.update(
        caller=editor,
        slo=slo,
        draft=replace(draft, objective="0.95"),
        now=now,
        effective_from=now - timedelta(days=6),
    )
    assert [version.objective.normalize() for version in slo.versions.order_by("effective_from")] == [
        Decimal("0.999"),
        Decimal("0.95"),
    ]
    assert SloStatus.objects.get(slo=slo).version.objective == Decimal("0.95")


def test_the_second_of_two_editors_is_told_who_changed_what_and_when(
    cast: Cast, draft: SloDraft, now: datetime
) -> None:
    slo = slos.create(caller=cast.caller("editor"), draft=draft, now=now)
    slos.update(
        caller=cast.caller("administrator"),
        slo=slo,
        draft=replace(draft, objective="0.9"),
        now=now,
        expected_revision=slo.revision,
    )
    with pytest.raises(Conflict) as problem:
        slos.update(
            caller=cast.caller("editor"),
            slo=slo,
            draft=replace(draft, objective="0.95"),
            now=now,
            expected_revision=slo.revision,
        )
    assert "Administrator changed objective at 2026-03-02 12:00 UTC" in problem.value.message
    assert SloVersion.objects.get(slo=slo).objective == Decimal("0.9")


def test_deleting_names_what_is_lost_and_keeps_the_series(cast: Cast, draft: SloDraft, sli: Sli, now: datetime) -> None:
    editor = cast.caller("editor")
    slo = slos.create(caller=editor, draft=draft, now=now)
    exclusions.create(
        caller=editor, slo=slo, period=Period(now - timedelta(hours=1), now), reason="maintenance", now=now
    )
    assert slos.losses_of(slo=slo)[:2] == ["1 version of the objective", "1 exclusion"]
    slos.delete(caller=editor, slo=slo, now=now, reason="not used")
    assert not Slo.objects.exists()
    assert Sli.objects.filter(pk=sli.pk).exists()
    assert AuditEntry.objects.get(action="slo.delete").changes["objective"] == ["0.999", None]


def test_an_indicator_in_use_cannot_be_deleted(cast: Cast, draft: SloDraft, sli: Sli, now: datetime) -> None:
    editor = cast.caller("editor")
    slo = slos.create(caller=editor, draft=draft, now=now)
    with pytest.raises(Conflict, match="checkout-errors"):
        slis.delete(caller=editor, sli=sli, now=now)
    slos.delete(caller=editor, slo=slo, now=now)
    HourChunk.objects.create(sli=sli, hour=1, good=b"", valid=b"")
    slis.delete(caller=editor, sli=sli, now=now)
    assert not HourChunk.objects.exists()


def test_a_new_indicator_asks_for_the_collection_of_its_source(cast: Cast, now: datetime) -> None:
    source = SourceFactory(team=cast.payments, kind="prometheus")
    ratio = {"kind": "ratio", "good": 'http_requests_total{code!~"5.."}', "valid": "http_requests_total"}
    draft = SliDraft(name="errors", team_id=cast.payments.pk, source_id=source.pk, spec=ratio)
    sli = slis.create(caller=cast.caller("editor"), draft=draft, now=now)
    assert Due.objects.get(kind="slo.collect").key == str(source.pk)
    changed = slis.update(
        caller=cast.caller("editor"),
        sli=sli,
        draft=replace(draft, spec={**ratio, "valid": "http_requests_total{job='web'}"}),
        now=now + timedelta(hours=1),
        expected_revision=1,
    )
    assert (changed.revision, changed.versions.count()) == (2, 2)
    with pytest.raises(Conflict, match="Editor changed measurement"):
        slis.update(caller=cast.caller("editor"), sli=sli, draft=draft, now=now, expected_revision=1)


def test_a_spec_that_its_source_cannot_measure_is_refused_at_its_path(cast: Cast, now: datetime) -> None:
    source = SourceFactory(team=cast.payments, kind="prometheus")
    draft = SliDraft(name="errors", team_id=cast.payments.pk, source_id=source.pk, spec={"kind": "pushed"})
    with pytest.raises(Invalid) as problem:
        slis.create(caller=cast.caller("editor"), draft=draft, now=now)
    assert fields_of(problem) == {"spec.kind"}


def test_exclusions_and_adjustments_need_a_reason_and_are_revoked_once(
    cast: Cast, draft: SloDraft, now: datetime
) -> None:
    editor = cast.caller("editor")
    slo = slos.create(caller=editor, draft=replace(draft, service_id=ServiceFactory(team=cast.payments).pk), now=now)
    hour = Period(now - timedelta(hours=1), now)
    with pytest.raises(Invalid) as problem:
        exclusions.create(caller=editor, slo=slo, period=hour, reason=" ", now=now)
    assert fields_of(problem) == {"reason"}
    exclusion = exclusions.create(caller=editor, service=slo.service, period=hour, reason="move", now=now)
    exclusions.revoke(caller=editor, exclusion=exclusion, now=now)
    with pytest.raises(Conflict):
        exclusions.revoke(caller=editor, exclusion=exclusion, now=now)
    with pytest.raises(Invalid) as problem:
        adjustments.create(caller=editor, slo=slo, at=now, consumed_delta=25.0, reason="x", now=now)
    assert fields_of(problem) == {"consumed_delta"}
    adjustment = adjustments.create(caller=editor, slo=slo, at=now, consumed_delta=0.25, reason="x", now=now)
    adjustments.revoke(caller=editor, adjustment=adjustment, now=now)
    with pytest.raises(Conflict):
        adjustments.revoke(caller=editor, adjustment=adjustment, now=now)
