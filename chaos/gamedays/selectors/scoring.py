"""How each scenario went, and the day as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chaos.gamedays.domain.score import Parts, is_detected, is_final, score_of, score_of_day
from chaos.gamedays.domain.states import ScenarioState, Tri
from chaos.gamedays.models import GameDay, Scenario
from chaos.gamedays.selectors.room import Detection, room
from chaos.runs.domain.states import State as RunState
from chaos.runs.domain.states import Verdict

_NOTHING = Detection(None, None, "", None, "", None)


@dataclass(frozen=True, slots=True)
class ScenarioScore:
    """Each part: Tri, detected None when nobody was expected to notice; score: 0 to 1, None while nothing is known or
    when it was skipped. is_final: nothing is pending. reasons: what each part rests on, in words."""

    scenario: Scenario
    detection: Detection
    held: Tri
    detected: Tri | None
    responded: Tri
    faults_gone: Tri
    score: float | None
    is_final: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    scenarios: list[ScenarioScore]
    score: float | None

    @property
    def tried_count(self) -> int:
        """Scenarios that began: the score is about those."""
        return sum(one.scenario.began_at is not None for one in self.scenarios)


def scored(*, game_day: GameDay, now: datetime) -> Scored:
    """By chaos.gamedays.domain.score, of what is known now. Of a closed one the scores are as they were written."""
    seen = room(game_day=game_day, now=now)
    scores = [_scored(one, seen.detections.get(one.pk, _NOTHING), now) for one in seen.scenarios]
    if game_day.closed_at is not None:
        return Scored(scores, game_day.score)
    return Scored(scores, score_of_day([one.score for one in scores if one.scenario.began_at is not None]))


def _scored(scenario: Scenario, detection: Detection, now: datetime) -> ScenarioScore:
    is_over = scenario.state == ScenarioState.ENDED
    parts = Parts(
        held=_held(scenario),
        detected=is_detected(
            fault_at=detection.fault_at,
            first_at=detection.first_at,
            expected_minutes=scenario.expected_minutes,
            is_over=is_over,
            now=now,
        ),
        responded=Tri(scenario.responded),
        faults_gone=_gone(scenario),
    )
    is_closed = scenario.score is not None
    was_tried = scenario.began_at is not None
    return ScenarioScore(
        scenario=scenario,
        detection=detection,
        held=parts.held,
        detected=parts.detected,
        responded=parts.responded,
        faults_gone=parts.faults_gone,
        score=scenario.score if is_closed else score_of(parts) if was_tried else None,
        is_final=was_tried and is_final(parts),
        reasons=tuple(_reasons(scenario, detection, parts)),
    )


def _held(scenario: Scenario) -> Tri:
    """A run that held or deviated says so itself; of any other end nothing is known but what people say."""
    verdict = scenario.run.verdict if scenario.run is not None else ""
    return {Verdict.HELD.value: Tri.YES, Verdict.DEVIATED.value: Tri.NO}.get(verdict, Tri(scenario.held))


def _gone(scenario: Scenario) -> Tri:
    run = scenario.run
    if run is None:
        return Tri(scenario.faults_gone)
    if run.state != RunState.ENDED:
        return Tri.PENDING
    if run.verdict == Verdict.FAILED_TO_UNDO:
        return Tri.NO
    # Ended in any other verdict, every fault was seen to be gone; without any there was none to take back.
    return Tri.YES


def _reasons(scenario: Scenario, detection: Detection, parts: Parts) -> Iterator[str]:
    if scenario.state == ScenarioState.SKIPPED:
        yield f"skipped: {scenario.skip_reason}"
        return
    if scenario.run is not None:
        verdict = Verdict(scenario.run.verdict).words if scenario.run.verdict else "not over yet"
        yield f"run {scenario.run.pk}: {verdict}"
    if parts.detected is None:
        yield "nobody was expected to notice"
    elif detection.fault_at is None:
        yield "there was no fault to notice" if scenario.state == ScenarioState.ENDED else "no fault yet"
    elif detection.first_seconds is None:
        yield "nobody noticed" if parts.detected is Tri.NO else "nobody has noticed yet"
    else:
        by = detection.noticed_by if detection.first_at == detection.noticed_at else f"alert “{detection.alerted_by}”"
        within = f", {scenario.expected_minutes} min were expected"
        yield f"noticed after {detection.first_seconds:.0f} s by {by}{within}"
    if parts.responded is Tri.PENDING:
        yield "whether the response was as expected is not said yet"
    if parts.faults_gone is Tri.NO:
        yield "a fault stayed: the score is 0"
