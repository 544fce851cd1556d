"""Who may send queries to a source: they run with the credentials of its team."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from reliability.access.domain.caller import Role, Scope
from reliability.access.selectors.callers import caller_of_api_token
from reliability.telemetry.models import Source
from reliability.web.errors import Invalid
from slo.models import Sli
from slo.selectors import preview as preview_module
from slo.selectors.measuring import may_measure, measurable_sources
from slo.selectors.preview import preview
from slo.services import slis
from tests.cast import ApiTokenFactory, Cast, MembershipFactory, SliFactory, SourceFactory

As = Callable[[str], Client]
RATIO = {"kind": "ratio", "good": "good_total", "valid": "valid_total"}
OTHER = {"kind": "ratio", "good": "secrets_total", "valid": "valid_total"}


@pytest.fixture(params=["private", "open"])
def source(request: pytest.FixtureRequest, cast: Cast) -> Source:
    team = cast.payments if request.param == "private" else cast.commons
    return SourceFactory(team=team, name=f"{request.param}-prometheus", kind="prometheus")


def draft_in(team: Any, source: Source) -> slis.SliDraft:
    return slis.SliDraft(name="fresh", team_id=team.pk, source_id=source.pk, spec=RATIO)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        pytest.param("editor", {"private", "open"}, id="an editor of the private team"),
        pytest.param("outsider", {"open"}, id="an editor of another team"),
        pytest.param("chief", {"private", "open"}, id="an administrator"),
        pytest.param("viewer", set(), id="a viewer of the private team"),
        pytest.param("responder", set(), id="a responder of the private team"),
    ],
)
def test_editors_measure_from_their_own_and_from_open_sources(
    cast: Cast, source: Source, who: str, may: set[str]
) -> None:
    caller = cast.caller(who)
    is_allowed = source.name.partition("-")[0] in may
    assert may_measure(caller=caller, source=source) is is_allowed
    assert (source in measurable_sources(caller=caller)) is is_allowed


def test_being_viewer_of_a_private_team_is_not_enough_for_an_editor_elsewhere(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SourceFactory(team=cast.payments, kind="prometheus")
    MembershipFactory(team=cast.payments, user=cast.outsider, role=Role.VIEWER.value)
    caller = cast.caller("outsider")
    monkeypatch.setattr(preview_module, "counts", lambda **asked: pytest.fail("the source was asked"))
    with pytest.raises(Invalid) as refused:
        slis.create(caller=caller, draft=draft_in(cast.search, source), now=now)
    assert [detail["field"] for detail in refused.value.details] == ["source"]
    with pytest.raises(Invalid) as refused:
        preview(
            caller=caller,
            objective="0.99",
            window={"rolling": "7d"},
            budgeting_method="Occurrences",
            source=source,
            spec=RATIO,
            now=now,
        )
    assert [detail["field"] for detail in refused.value.details] == ["source"]


def test_what_is_measured_already_stays_but_its_queries_cannot_change(cast: Cast, now: datetime) -> None:
    source = SourceFactory(team=cast.payments, kind="prometheus")
    sli: Sli = SliFactory(team=cast.search, source=source, spec=RATIO)
    stored, caller = slis.draft_of(sli=sli), cast.caller("outsider")
    renamed = slis.update(caller=caller, sli=sli, draft=replace(stored, title="Renamed"), now=now)
    assert (renamed.title, renamed.source) == ("Renamed", source)
    with pytest.raises(Invalid) as refused:
        slis.update(caller=caller, sli=sli, draft=replace(stored, spec=OTHER), now=now)
    assert [detail["field"] for detail in refused.value.details] == ["source"]


def test_a_token_that_only_reads_measures_nothing(cast: Cast) -> None:
    source = SourceFactory(team=cast.commons, kind="prometheus")
    for scopes, may in (([Scope.READ], False), ([Scope.READ, Scope.WRITE], True)):
        token = ApiTokenFactory(team=cast.payments, role=Role.EDITOR.value, scopes=[scope.value for scope in scopes])
        assert may_measure(caller=caller_of_api_token(token=token), source=source) is may


@pytest.mark.parametrize("path", ["/slos/new/preview/", "/slos/new/"])
def test_a_viewer_runs_no_query_through_the_preview(
    cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    source = SourceFactory(team=cast.payments, kind="prometheus")
    monkeypatch.setattr(preview_module, "counts", lambda **asked: pytest.fail("the source was asked"))
    form = {"action": "preview", "indicator": "new", "source": source.name, **RATIO, "ratio_parts": "good_valid"}
    answer = as_("viewer").post(path, form | {"objective": "99", "window_kind": "rolling", "rolling": "7d"})
    assert answer.status_code == 403
