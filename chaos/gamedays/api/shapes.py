"""From rows of game days to what the API answers: each needs at hand what it names, and makes no query."""

from __future__ import annotations

from typing import Any

from chaos.gamedays.models import Finding, FollowUp, GameDay, Invitee, Observation, Scenario
from chaos.gamedays.selectors.meetings import page_url
from chaos.gamedays.selectors.room import Detection
from chaos.gamedays.selectors.scoring import ScenarioScore
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible


def row_out(day: Any) -> dict[str, Any]:
    """Of a row of list_game_days: no query."""
    return {
        **_shared(day),
        "scenarios": day.scenarios_count,
        "coming": day.coming_count,
        "unanswered": day.unanswered_count,
    }


def scenario_out(scenario: Scenario, *, caller: Caller) -> dict[str, Any]:
    service = visible(caller=caller, related=scenario.service)
    names = ("position", "title", "happens", "expected_alert", "expected_minutes", "expected_response", "state")
    return {
        **{name: getattr(scenario, name) for name in (*names, "skip_reason", "began_at", "ended_at", "learnt")},
        "id": scenario.pk,
        "experiment": scenario.experiment.slug if scenario.experiment else None,
        "service": service.name if service else None,
        "run": scenario.run_id,
        "revision": scenario.revision,
    }


def score_out(one: ScenarioScore) -> dict[str, Any]:
    return {
        "scenario": one.scenario.pk,
        "held": one.held,
        "detected": one.detected,
        "responded": one.responded,
        "faults_gone": one.faults_gone,
        "score": one.score,
        "is_final": one.is_final,
        "reasons": list(one.reasons),
        "detection": detection_out(one.detection),
    }


def detection_out(one: Detection) -> dict[str, Any]:
    names = ("fault_at", "noticed_seconds", "noticed_by", "alerted_seconds", "alerted_by")
    return {name: getattr(one, name) for name in names}


def invitee_out(one: Invitee) -> dict[str, Any]:
    """Needs its notices at hand."""
    told = [notice.sent_at for notice in one.notices.all() if notice.sent_at is not None]
    names = ("name", "address", "is_outside", "answer", "answered_at", "comment")
    return {"id": one.pk, **{name: getattr(one, name) for name in names}, "told_at": max(told, default=None)}


def observation_out(one: Observation) -> dict[str, Any]:
    """Needs its edits at hand."""
    names = ("number", "kind", "text", "at", "recorded_at", "retracted_at", "revision")
    edits = [
        {
            "revision": edit.revision,
            "kind": edit.kind,
            "text": edit.text,
            "by": edit.by_name,
            "at": edit.at,
            "edited_at": edit.edited_at,
            "edited_by": edit.editor_name,
        }
        for edit in one.edits.all()
    ]
    return {
        **{name: getattr(one, name) for name in names},
        "by": one.by_name,
        "author": one.author_name,
        "scenario": one.scenario_id,
        "edits": edits,
    }


def finding_out(one: Finding, *, caller: Caller) -> dict[str, Any]:
    service = visible(caller=caller, related=one.service)
    return {
        "id": one.pk,
        "title": one.title,
        "text": one.text,
        "layer": one.layer,
        "service": service.name if service else None,
        "scenario": one.scenario_id,
        "vulnerability": one.vulnerability_id,
        "at": one.at,
        "by": one.by_name,
    }


def follow_up_out(one: FollowUp) -> dict[str, Any]:
    """Needs team and experiment at hand."""
    names = ("title", "text", "kind", "due_on", "tracker_url", "state", "state_reason", "closed_at", "revision")
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in names},
        "team": one.team.slug,
        "game_day": one.game_day_id,
        "scenario": one.scenario_id,
        "owner": one.owner_name,
        "experiment": one.experiment.slug if one.experiment else None,
        "verified_by_run": one.verified_by_id,
    }


def _shared(day: GameDay) -> dict[str, Any]:
    names = ("title", "state", "state_reason", "starts_at", "length_minutes", "zone", "score")
    return {
        "number": day.pk,
        **{name: getattr(day, name) for name in names},
        "team": day.team.slug,
        "url": page_url(game_day=day),
    }


def day_out(
    day: GameDay, *, roles: list[Any], checklist: list[Any], scores: list[ScenarioScore], caller: Caller
) -> dict[str, Any]:
    """Of one game day, with what hangs on it."""
    names = ("goal", "hypothesis", "notes", "place", "override_reason", "started_at", "ended_at", "closed_at")
    wrapped = ("was_right", "was_right_why", "went_well", "went_badly", "was_lucky", "revision")
    return {
        **_shared(day),
        **{name: getattr(day, name) for name in (*names, *wrapped)},
        "roles": [
            {"id": one.pk, "kind": one.kind, "name": one.name, "since_at": one.since_at, "until_at": one.until_at}
            for one in roles
        ],
        "checklist": [item_out(one) for one in checklist],
        "scenarios": [scenario_out(one.scenario, caller=caller) for one in scores],
        "scores": [score_out(one) for one in scores],
    }


def item_out(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "text": one.text,
        "is_done": one.is_done,
        "done_at": one.done_at,
        "done_by": one.done_by_name,
    }
