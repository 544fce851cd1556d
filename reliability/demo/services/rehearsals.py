"""Loading the demo's game days through the services people use, at the instants at which they would have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import transaction

from chaos.experiments.models import Experiment
from chaos.gamedays.domain.states import Answer, FollowUpKind, ObservationKind, RoleKind, Tri
from chaos.gamedays.models import GameDay, Invitee
from chaos.gamedays.selectors.meetings import token_of
from chaos.gamedays.services import (
    checklist,
    findings,
    follow_ups,
    game_days,
    invitations,
    live,
    observations,
    planning,
    roles,
    scenarios,
    wrapping,
)
from chaos.gamedays.services.follow_ups import FollowUpDraft
from chaos.gamedays.services.game_days import GameDayDraft
from chaos.gamedays.services.scenarios import ScenarioDraft
from chaos.gamedays.services.wrapping import WrapUpDraft
from chaos.runs.domain.states import Verdict
from chaos.runs.models import Run
from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.demo.domain import rates, rehearsals
from reliability.demo.services.past_runs import Past, drive

_LOST = ("connection refused",) * 4
MINUTE = timedelta(minutes=1)


@transaction.atomic
def load_rehearsals(*, email: str, now: datetime) -> None:
    """Once: what people make of them afterwards stays."""
    team = Team.objects.get(slug=rates.TEAM)
    if GameDay.objects.filter(team=team).exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    experiment = Experiment.objects.get(slug=rates.EXPERIMENTS[rehearsals.EXPERIMENT].slug)
    _load_finished(caller, team, experiment, now)
    _load_planned(caller, team, experiment, now)


def _load_finished(caller: Caller, team: Team, experiment: Experiment, now: datetime) -> None:
    at = (now + timedelta(hours=rehearsals.DAY_HOURS)).replace(second=0, microsecond=0)
    draft = _draft(team, rehearsals.TITLE, rehearsals.GOAL, at)
    day = _planned_day(caller, team, experiment, draft, now=at - timedelta(hours=1) - timedelta(minutes=20))
    _answer(day, {rehearsals.COORDINATOR: Answer.ACCEPTED, rehearsals.GUEST: Answer.DECLINED}, at - timedelta(hours=1))
    for text in rehearsals.CHECKED:
        item = checklist.add(caller=caller, number=day.pk, text=text, now=at - 40 * MINUTE)
        checklist.tick(caller=caller, number=day.pk, item_id=item.pk, is_done=True, now=at - 30 * MINUTE)
    planning.go(caller=caller, number=day.pk, override_reason="this history has no guards to ask", now=at - MINUTE)
    live.start(caller=caller, number=day.pk, now=at)
    first, second = day.scenarios.order_by("position")
    step: dict[str, Any] = {"caller": caller, "number": day.pk}
    begun = live.begin_scenario(**step, scenario_id=first.pk, now=at + MINUTE)
    if begun.run is not None:
        drive(run=begun.run, past=Past(0, "", _LOST), at=at + MINUTE)
    _see(caller, day, 1, at + MINUTE)
    live.end_scenario(**step, scenario_id=first.pk, now=at + 6 * MINUTE)
    live.begin_scenario(**step, scenario_id=second.pk, now=at + 10 * MINUTE)
    _see(caller, day, 2, at + 10 * MINUTE)
    live.end_scenario(**step, scenario_id=second.pk, now=at + 17 * MINUTE)
    live.finish(**step, now=at + 20 * MINUTE)
    _wrap_up(caller, day, team, experiment, at + 30 * MINUTE)
    # The second of the past runs came after the fix, and held.
    for run in Run.objects.filter(experiment__slug=rates.EXPERIMENTS[0].slug, verdict=Verdict.HELD):
        follow_ups.verify_by_run(run_id=run.pk, now=run.ended_at or now)


def _wrap_up(caller: Caller, day: GameDay, team: Team, experiment: Experiment, at: datetime) -> None:
    first, second = day.scenarios.order_by("position")
    step: dict[str, Any] = {"caller": caller, "number": day.pk, "now": at}
    judge: dict[str, Any] = {"held": Tri.YES, "responded": Tri.YES, "faults_gone": Tri.YES}
    learnt: dict[str, Any] = {"learnt": rehearsals.LEARNT, "responded": Tri.NO}
    wrapping.judge_scenario(**step, **{**judge, **learnt}, scenario_id=first.pk)
    wrapping.judge_scenario(**step, **judge, scenario_id=second.pk)
    draft = WrapUpDraft(Tri.YES, rehearsals.RIGHT_WHY, rehearsals.WELL, rehearsals.BADLY, rehearsals.LUCKY)
    wrapping.save(**step, draft=draft)
    findings.record(
        **step,
        title=rehearsals.FINDING,
        text=rehearsals.FINDING_TEXT,
        layer="component",
        service=rehearsals.SERVICE,
        scenario_id=first.pk,
    )
    due_on = (at + timedelta(days=1)).date()
    proven = FollowUpDraft(
        title=rehearsals.PROVEN,
        kind=FollowUpKind.PREVENT,
        owner_id=_person(rehearsals.COORDINATOR).pk,
        due_on=due_on,
        experiment=rates.EXPERIMENTS[0].slug,
    )
    open_task = FollowUpDraft(
        title=rehearsals.OPEN_TASK,
        kind=FollowUpKind.MITIGATE,
        owner_id=caller.user_id,
        due_on=due_on + timedelta(days=14),
        tracker_url=rehearsals.TRACKER,
        experiment=experiment.slug,
    )
    for draft_of_task in (proven, open_task):
        follow_ups.create(**step, draft=draft_of_task, scenario_id=first.pk)
    wrapping.close(**{**step, "now": at + 20 * MINUTE})


def _load_planned(caller: Caller, team: Team, experiment: Experiment, now: datetime) -> None:
    """Next week at ten in the morning, UTC; two have answered."""
    on = (now + timedelta(days=rehearsals.NEXT_DAYS)).date()
    draft = _draft(team, rehearsals.NEXT_TITLE, rehearsals.NEXT_GOAL, datetime.combine(on, time(10), tzinfo=UTC))
    day = _planned_day(caller, team, experiment, draft, now=now)
    _answer(day, {rehearsals.COORDINATOR: Answer.ACCEPTED, rehearsals.OBSERVER: Answer.TENTATIVE}, now)
    checklist.add(caller=caller, number=day.pk, text=rehearsals.CHECKED[0], now=now)


def _planned_day(caller: Caller, team: Team, experiment: Experiment, draft: GameDayDraft, now: datetime) -> GameDay:
    day = game_days.create(caller=caller, draft=draft, now=now)
    by_run = ScenarioDraft(
        title=experiment.title,
        happens=experiment.blast_radius,
        experiment=experiment.slug,
        expected_alert=rates.OBJECTIVE_TITLE,
        expected_minutes=5,
        expected_response=rehearsals.RESPONSE,
    )
    by_hand = ScenarioDraft(title=rehearsals.BY_HAND, happens=rehearsals.BY_HAND_HAPPENS, expected_minutes=5)
    for scenario in (by_run, replace(by_hand, service=rehearsals.SERVICE)):
        scenarios.add(caller=caller, number=day.pk, draft=scenario, now=now)
    given = {
        RoleKind.COORDINATOR: rehearsals.COORDINATOR,
        RoleKind.REPORTER: rehearsals.REPORTER,
        RoleKind.OBSERVER: rehearsals.OBSERVER,
    }
    for kind, email in given.items():
        roles.give(caller=caller, number=day.pk, kind=kind, user_id=_person(email).pk, now=now)
    people = [*given.values(), rehearsals.GUEST]
    invitations.invite(caller=caller, number=day.pk, addresses=people, now=now)
    return planning.plan(caller=caller, number=day.pk, now=now)


def _draft(team: Team, title: str, goal: str, starts_at: datetime) -> GameDayDraft:
    return GameDayDraft(
        team_id=team.pk,
        title=title,
        goal=goal,
        hypothesis=rehearsals.HYPOTHESIS,
        starts_at=starts_at,
        length_minutes=90,
        zone="Europe/Stockholm",
        place=rehearsals.PLACE,
    )


def _answer(day: GameDay, answers: dict[str, Answer], at: datetime) -> None:
    """By their links, as they would."""
    for address, answer in answers.items():
        invitee = Invitee.objects.select_related("game_day", "user").get(game_day=day, address=address)
        invitations.answer(token=token_of(invitee=invitee), answer=answer, now=at)


def _see(caller: Caller, day: GameDay, position: int, began_at: datetime) -> None:
    for seen in rehearsals.SEEN:
        if seen.position == position:
            at = began_at + timedelta(seconds=seen.seconds)
            observations.record(
                caller=caller,
                number=day.pk,
                kind=ObservationKind(seen.kind),
                text=seen.text,
                by_name=seen.by,
                at=at,
                now=at,
            )


def _person(email: str) -> User:
    return User.objects.get(email=email)
