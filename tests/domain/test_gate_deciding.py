"""The gate's decision: what a reason, a kind of change and an override may do, and what they may not."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reliability.gate.domain.deciding import Override, Question, Reason, decide, is_same_revision
from reliability.gate.domain.despite import Answer, Deployed, despite_no_go
from reliability.gate.domain.freezes import Window, holding
from reliability.gate.domain.kinds import ChangeKind, Decision, Effect, ReasonKind, Weight
from reliability.gate.domain.places import Place, place_of
from reliability.gate.domain.reasons import Facts, reasons_of
from reliability.gate.domain.snippets import WhenSilent, snippets
from reliability.kit.periods import Period
from reliability.kit.repeats import Repeat, Rule

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
_RANK = {Decision.GO: 0, Decision.WARNINGS: 1, Decision.NO_GO: 2}

_REASONS = st.builds(
    Reason,
    kind=st.sampled_from(ReasonKind),
    weight=st.sampled_from(Weight),
    words=st.just("because"),
    passes=st.frozensets(st.sampled_from([kind for kind in ChangeKind if kind is not ChangeKind.CHANGE])),
    may_be_overridden=st.booleans(),
)
_OVERRIDES = st.lists(st.builds(Override, st.integers(1, 9), st.sampled_from(["", "9fceb02", "1234567"])), max_size=2)
_QUESTIONS = st.builds(
    Question, kind=st.sampled_from(ChangeKind), revision=st.sampled_from(["", "9fceb02d0ae"]), overrides=_OVERRIDES
)


@given(reasons=st.lists(_REASONS, max_size=6), more=_REASONS, question=_QUESTIONS)
def test_another_reason_never_makes_the_answer_milder(reasons: list[Reason], more: Reason, question: Question) -> None:
    before = decide(reasons=reasons, question=question).decision
    after = decide(reasons=[*reasons, more], question=question).decision
    assert _RANK[after] >= _RANK[before]


@given(reasons=st.lists(_REASONS, max_size=6), question=_QUESTIONS)
def test_a_no_has_a_reason_and_an_override_lifts_only_what_may_be_lifted(
    reasons: list[Reason], question: Question
) -> None:
    verdict = decide(reasons=reasons, question=question)
    assert len(verdict.reasons) == len(reasons)
    assert verdict.is_go is not any(one.effect is Effect.BLOCKS for one in verdict.reasons)
    alone = decide(reasons=reasons, question=Question(kind=question.kind, revision=question.revision))
    assert verdict.is_go or not alone.is_go, "an override never makes a go a no"
    for one in verdict.reasons:
        if one.effect is Effect.OVERRIDDEN:
            assert one.reason.may_be_overridden
            assert one.reason.weight is Weight.BLOCKS
            assert any(override.is_for(question.revision) for override in question.overrides)
        if one.effect is Effect.EXCEPTED:
            assert question.kind in one.reason.passes
    if verdict.override_id is not None:
        assert not alone.is_go


@given(reasons=st.lists(_REASONS, max_size=6), kind=st.sampled_from(ChangeKind))
def test_an_exception_is_never_stricter_than_an_ordinary_change_and_never_silent(
    reasons: list[Reason], kind: ChangeKind
) -> None:
    ordinary = decide(reasons=reasons, question=Question())
    special = decide(reasons=reasons, question=Question(kind=kind))
    assert _RANK[special.decision] <= _RANK[ordinary.decision]
    if not ordinary.is_go and special.is_go:
        assert special.decision is Decision.WARNINGS


def blocking(**more: object) -> Reason:
    return Reason(kind=ReasonKind.FREEZE_WINDOW, weight=Weight.BLOCKS, words="a sale", **more)  # type: ignore[arg-type]  # of a table of cases


def test_an_override_of_one_revision_lets_no_other_through() -> None:
    override = [Override(7, "9fceb02")]
    for revision, is_go in (("9fceb02d0ae598e9", True), ("1234567", False), ("", False)):
        verdict = decide(reasons=[blocking()], question=Question(revision=revision, overrides=override))
        assert verdict.is_go is is_go
        assert verdict.override_id == (7 if is_go else None)
    strict = decide(reasons=[blocking(), blocking(may_be_overridden=False)], question=Question(overrides=[Override(7)]))
    assert [one.effect for one in strict.reasons] == [Effect.BLOCKS, Effect.OVERRIDDEN]
    assert strict.override_id is None, "what stays a no was not overridden"
    assert not is_same_revision("9fc", "9fceb02"), "three letters name nothing"
    assert is_same_revision("9FCEB02", "9fceb02d0ae598e9")
    for one, other in (("v1.12.1", "v1.12.10"), ("2026.1.1", "2026.1.12"), ("release", "release-2")):
        assert not is_same_revision(one, other), "only hashes are shortened: the beginning of a version is another one"


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [
        pytest.param("production", [], Place("production", True, True), id="a name that says it"),
        pytest.param("prod-eu", [], Place("prod-eu", True, False), id="a name that nobody deployed to"),
        pytest.param("staging", [], Place("staging", False, False), id="a name that says it is none"),
        pytest.param("produciton", [], Place("produciton", True, False), id="a slip of the pen opens nothing"),
        pytest.param("blue", [True], Place("blue", True, True), id="told by whoever deploys"),
        pytest.param("prod-copy", [False], Place("prod-copy", False, True), id="told to be none"),
    ],
)
def test_which_environments_are_production(name: str, told: list[bool], expected: Place) -> None:
    assert place_of(name=name, told=told) == expected


def window(**more: object) -> Window:
    rule = Rule(first=Period(NOW - HOUR, NOW + HOUR), zone_name="UTC")
    return Window(**{"id": 1, "title": "Sale", "reason": "orders", "rule": rule, **more})  # type: ignore[arg-type]  # of a table of cases


@pytest.mark.parametrize(
    ("held", "environment", "expected"),
    [
        pytest.param(window(), "production", True, id="of the installation"),
        pytest.param(window(), "staging", False, id="production alone when no environment is named"),
        pytest.param(window(environment="*"), "staging", True, id="every environment"),
        pytest.param(window(environment="staging"), "production", False, id="another environment"),
        pytest.param(window(team_id=2), "production", False, id="of another team"),
        pytest.param(window(team_id=1, service_ids=frozenset({5})), "production", True, id="of this service"),
        pytest.param(window(team_id=1, service_ids=frozenset({6})), "production", False, id="of another service"),
    ],
)
def test_which_windows_are_about_a_change(held: Window, environment: str, expected: bool) -> None:
    facts = Facts(service_id=5, team_id=1, service_url="", policy=None, windows=[held])
    place = Place(environment, environment == "production", True)
    kinds = [one.kind for one in reasons_of(facts=facts, place=place, at=NOW)]
    assert (ReasonKind.FREEZE_WINDOW in kinds) is expected


def test_a_window_repeats_on_its_clock_and_ends_with_its_end() -> None:
    friday = datetime(2026, 3, 20, 17, tzinfo=UTC)  # 18:00 in Berlin, before the clocks change
    rule = Rule(Period(friday, friday + 60 * HOUR), "Europe/Berlin", Repeat.WEEKLY)
    weekly = window(rule=rule)
    after = datetime(2026, 4, 3, tzinfo=UTC)
    assert not holding(windows=[weekly], at=after + 15 * HOUR)
    assert holding(windows=[weekly], at=after + 16 * HOUR)[0].until == after + 76 * HOUR
    assert not holding(windows=[weekly], at=after + 76 * HOUR), "its end does not belong to it"


def test_what_was_deployed_in_spite_of_a_no_is_told_by_the_last_answer_before_it() -> None:
    def answer(number: int, hours: float, is_go: bool, revision: str = "") -> Answer:
        return Answer(number, 1, "production", revision, NOW + hours * HOUR, is_go)

    def deployed(number: int, hours: float, revision: str = "9fceb02d0ae") -> Deployed:
        return Deployed(number, 1, "production", revision, NOW + hours * HOUR)

    answers = [answer(1, 0, is_go=False), answer(2, 2, is_go=True), answer(3, 4, is_go=False, revision="1234567")]
    shipped = [deployed(10, 1), deployed(11, 3), deployed(12, 5), deployed(13, 6, "1234567890"), deployed(14, -1)]
    assert despite_no_go(deployed=shipped, answers=answers) == [(10, 1), (13, 3)]
    assert despite_no_go(deployed=[deployed(15, 25)], answers=answers[:1]) == [], "yesterday's answer is none"


@pytest.mark.parametrize("when_silent", list(WhenSilent))
def test_snippets_are_shell_and_yaml_whatever_the_environment_is_called(when_silent: WhenSilent) -> None:
    found = snippets(
        public_url="https://reliability.example.org",
        service="checkout",
        environment="prod eu's; rm -rf $HOME",
        when_silent=when_silent,
    )
    texts = {one.slug: one.text for one in found}
    github, gitlab = yaml.safe_load(texts["github"]), yaml.safe_load(texts["gitlab"])
    scripts = [texts["curl"], texts["jq"], github["jobs"]["gate"]["steps"][0]["run"], gitlab["gate"]["script"][0]]
    assert github["jobs"]["deploy"]["needs"] == "gate"
    assert gitlab["stages"].index("gate") < gitlab["stages"].index("deploy")
    assert scripts[2] == scripts[3] == texts["curl"]
    for script in scripts:
        subprocess.run(["sh", "-n"], input=script, text=True, check=True, timeout=10)
