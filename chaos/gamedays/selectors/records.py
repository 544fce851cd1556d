"""The record of a game day as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chaos.gamedays.domain import record
from chaos.gamedays.domain.record import Record, ScenarioLines
from chaos.gamedays.domain.states import ObservationKind, State, Tri
from chaos.gamedays.models import GameDay, Observation
from chaos.gamedays.selectors.follow_ups import findings_of
from chaos.gamedays.selectors.game_days import invitees_of, observations_of, roles_history_of
from chaos.gamedays.selectors.room import Detection
from chaos.gamedays.selectors.scoring import ScenarioScore, scored


def markdown(*, game_day: GameDay, now: datetime) -> str:
    """Of a closed one what was written then, with its corrections; else as it stands."""
    if not game_day.record:
        return as_it_stands(game_day=game_day, now=now)
    corrections = [
        record.correction(at=one.at, by_name=one.by_name, text=one.text)
        for one in game_day.corrections.order_by("at", "pk")
    ]
    tail = "\n## Corrections\n\n" + "\n".join(corrections) + "\n" if corrections else ""
    return game_day.record + tail


def as_it_stands(*, game_day: GameDay, now: datetime) -> str:
    """Of what is known now."""
    result = scored(game_day=game_day, now=now)
    return record.markdown(
        Record(
            number=game_day.pk,
            title=game_day.title,
            team=game_day.team.name,
            state=State(game_day.state).words,
            goal=game_day.goal,
            hypothesis=game_day.hypothesis,
            when=_when(game_day),
            place=game_day.place,
            score=result.score,
            people=[
                _role(one.kind, one.name, one.since_at, one.until_at) for one in roles_history_of(game_day=game_day)
            ],
            answers=[(one.name, one.answer) for one in invitees_of(game_day=game_day)],
            checks=[(one["title"], "yes" if one["is_go"] else "no", one["reason"]) for one in game_day.checks],
            override=game_day.override_reason,
            scenarios=[_scenario(one) for one in result.scenarios],
            observations=[_observation(one) for one in observations_of(game_day=game_day)],
            was_right="" if game_day.was_right == Tri.PENDING else game_day.was_right,
            was_right_why=game_day.was_right_why,
            went_well=game_day.went_well,
            went_badly=game_day.went_badly,
            was_lucky=game_day.was_lucky,
            findings=[(one.title, one.layer) for one in findings_of(game_day=game_day)],
            follow_ups=_follow_ups(game_day),
            notes=game_day.notes,
        )
    )


def _when(game_day: GameDay) -> str:
    start = game_day.started_at or game_day.starts_at
    if start is None:
        return "without a time yet"
    end = game_day.ended_at or start + timedelta(minutes=game_day.length_minutes)
    zone = ZoneInfo(game_day.zone)
    return f"{start.astimezone(zone):%Y-%m-%d %H:%M} to {end.astimezone(zone):%H:%M} {game_day.zone}"


def _role(kind: str, name: str, since_at: datetime, until_at: datetime | None) -> tuple[str, str]:
    until = f", until {until_at:%Y-%m-%d %H:%M} UTC" if until_at is not None else ""
    return kind, f"{name} (since {since_at:%Y-%m-%d %H:%M} UTC{until})"


def _scenario(one: ScenarioScore) -> ScenarioLines:
    scenario = one.scenario
    expected = [
        f"Alert: {scenario.expected_alert}" if scenario.expected_alert else "",
        f"Noticed within {scenario.expected_minutes} min" if scenario.expected_minutes is not None else "",
        f"Response: {scenario.expected_response}" if scenario.expected_response else "",
    ]
    answers = [
        ("Hypothesis held", one.held.value),
        ("Detected in time", one.detected.value if one.detected is not None else "not asked"),
        ("Responded as expected", one.responded.value),
        ("Faults gone", one.faults_gone.value),
    ]
    skipped = f": {scenario.skip_reason}" if scenario.skip_reason else ""
    return ScenarioLines(
        title=scenario.title,
        state=f"{scenario.state}{skipped}",
        happens=scenario.happens,
        experiment=scenario.experiment.title if scenario.experiment else "by hand",
        run=f"{scenario.run_id}, {scenario.run.verdict or scenario.run.state}" if scenario.run else "",
        expected=[line for line in expected if line],
        detection=_detection(one.detection),
        answers=answers if scenario.began_at is not None else [],
        learnt=scenario.learnt,
        score=one.score,
    )


def _detection(detection: Detection) -> str:
    parts = []
    if detection.noticed_seconds is not None:
        parts.append(f"{detection.noticed_by} noticed after {detection.noticed_seconds:.0f} s")
    if detection.alerted_seconds is not None:
        parts.append(f"alert “{detection.alerted_by}” after {detection.alerted_seconds:.0f} s")
    return "; ".join(parts)


def _observation(one: Observation) -> tuple[datetime, str, str, str, str]:
    return one.at, ObservationKind(one.kind).words, one.by_name, one.text, "; ".join(_history(one))


def _history(one: Observation) -> Iterator[str]:
    if one.retracted_at is not None:
        yield f"taken back at {one.retracted_at:%H:%M:%S}"
    if (one.recorded_at - one.at).total_seconds() > 60:
        yield f"written down at {one.recorded_at:%Y-%m-%d %H:%M:%S}"
    for edit in one.edits.all():
        yield f"until {edit.edited_at:%H:%M:%S} it said: {edit.text}"


def _follow_ups(game_day: GameDay) -> Sequence[tuple[str, str, str, str]]:
    rows = game_day.follow_ups.order_by("pk").values_list("title", "kind", "owner_name", "due_on")
    return [(title, kind, owner, due_on.isoformat() if due_on else "") for title, kind, owner, due_on in rows]
