"""Writing actions: what is kept, who may, what is refused, and what the trail tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from chaos.experiments.models import Experiment
from incidents.actions.domain.drafts import ActionDraft, Source
from incidents.actions.domain.states import Proof, State
from incidents.actions.models import Action
from incidents.actions.selectors.actions import ActionFilters, list_actions, of_incident, of_source
from incidents.actions.services import actions, moving
from incidents.actions.services.actions import draft_of
from incidents.actions.sources import link_of
from incidents.response.models import ImpactedService
from reliability.access.domain.caller import Caller
from reliability.access.models import AuditEntry
from reliability.outbox.models import Fact
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, ExperimentFactory, IncidentFactory, ServiceFactory, SloFactory

Write = Callable[..., Action]
Mark = Callable[[Action], Action]


def test_an_action_of_an_incident_is_found_from_it_and_from_what_the_incident_touched(
    cast: Cast, responder: Caller, write: Write, now: datetime
) -> None:
    incident = IncidentFactory(team=cast.payments, title="Orders fail")
    service = ServiceFactory(team=cast.payments, name="checkout")
    ImpactedService.objects.create(incident=incident, service=service)
    draft = ActionDraft(title="Bound the pool", incident_id=incident.pk, owner_id=cast.editor.pk)
    source = Source("incident", str(incident.pk))
    made = actions.create(caller=responder, team_id=cast.payments.pk, draft=draft, source=source, now=now)
    write(title="Another")
    assert list(of_source(kind="incident", key=str(incident.pk), caller=responder)) == [made]
    assert not of_source(kind="incident", key=str(incident.pk), caller=cast.caller("outsider")).exists()
    assert list(of_incident(caller=responder, incident=incident)) == [made]
    assert list(list_actions(caller=responder, filters=ActionFilters(service_name="checkout"))) == [made]
    link = link_of(caller=responder, kind="incident", key=str(incident.pk))
    assert link is not None
    assert (link.title, link.url) == (f"Incident #{incident.pk} Orders fail", f"/incidents/{incident.pk}/")
    assert link_of(caller=cast.caller("outsider"), kind="incident", key=str(incident.pk)) is None
    assert (made.state, made.owner_name, made.notes.count()) == ("open", "Editor", 1)
    assert AuditEntry.objects.get(action="action.create", object_name=f"#{made.pk} Bound the pool")


def test_mistakes_are_told_by_field_and_nothing_of_others_can_be_named(
    cast: Cast, responder: Caller, now: datetime
) -> None:
    wrong = ActionDraft(
        title=" ",
        owner_id=cast.outsider.pk,
        tracker_url="OPS-17",
        service_id=ServiceFactory(team=cast.search).pk,
        incident_id=IncidentFactory(team=cast.search).pk,
        proof="slo",
        slo_id=SloFactory(sli__team=cast.search, sli__source__team=cast.search).pk,
        slo_days=91,
    )
    fields = {"title", "owner", "tracker_url", "service", "incident", "slo", "slo_days"}
    create: dict[str, Any] = {"caller": responder, "team_id": cast.payments.pk, "now": now}
    with pytest.raises(Invalid) as caught:
        actions.create(**create, draft=wrong)
    assert {one["field"] for one in caught.value.details} == fields
    foreign = ExperimentFactory(team=cast.commons)
    with pytest.raises(Invalid, match="none of the team"):
        actions.create(**create, draft=ActionDraft(title="x", proof="experiment", experiment_id=foreign.pk))
    with pytest.raises(Invalid, match="somebody of the team other than the owner"):
        actions.create(**create, draft=ActionDraft(title="x", owner_id=cast.editor.pk, proof="check"))
    for source in (Source("postmortem", ""), Source("x" * 17, "1")):
        with pytest.raises(Invalid, match="or neither"):
            actions.create(**create, draft=ActionDraft(title="x"), source=source)
    assert not Action.objects.exists()


def test_responders_write_and_nobody_else(cast: Cast, write: Write, now: datetime) -> None:
    made = write()
    draft = ActionDraft(title="x")
    with pytest.raises(Forbidden):
        actions.create(caller=cast.caller("viewer"), team_id=cast.payments.pk, draft=draft, now=now)
    with pytest.raises(NotFound):
        actions.create(caller=cast.caller("outsider"), team_id=cast.payments.pk, draft=draft, now=now)
    for name, error in (("viewer", Forbidden), ("outsider", NotFound)):
        caller = cast.caller(name)
        with pytest.raises(error):
            moving.move(caller=caller, number=made.pk, to=State.DONE, now=now)
        with pytest.raises(error):
            actions.add_note(caller=caller, number=made.pk, text="x", now=now)
        with pytest.raises(error):
            actions.edit(caller=caller, number=made.pk, draft=draft, now=now)


def test_two_who_edit_at_once_the_second_is_told(cast: Cast, responder: Caller, write: Write, now: datetime) -> None:
    made = write()
    changed = replace(draft_of(made), title="Bound both pools", due_on=date(2026, 4, 1))
    edit: dict[str, Any] = {"caller": responder, "number": made.pk, "expected_revision": 1, "now": now}
    assert actions.edit(**edit, draft=changed).revision == 2
    with pytest.raises(Conflict, match="Responder changed this at 2026-03-02 12:00 UTC"):
        actions.edit(**edit, draft=changed)
    again = actions.edit(**{**edit, "expected_revision": 2}, draft=changed)
    assert again.revision == 2, "the same values are no change"
    note = made.notes.get(kind="edit")
    assert note.text == "Changed: the title, when it is due."
    entry = AuditEntry.objects.get(action="action.update")
    assert entry.changes["due_on"] == ["2026-03-12", "2026-04-01"]


def test_closing_without_proof_needs_a_reason_and_shows_it_and_can_be_taken_back(
    cast: Cast, responder: Caller, write: Write, done: Mark, now: datetime
) -> None:
    made = write()
    move: dict[str, Any] = {"caller": responder, "number": made.pk, "now": now}
    with pytest.raises(Conflict, match="only its proof makes it proven"):
        moving.move(**move, to=State.VERIFIED)
    assert done(made).done_at == now
    with pytest.raises(Invalid, match="why it is closed without proof"):
        moving.move(**move, to=State.UNPROVEN)
    closed = moving.move(**move, to=State.UNPROVEN, reason="nothing can show it")
    assert (closed.state, closed.state_reason, closed.closed_by_name) == (
        "unproven",
        "nothing can show it",
        "Responder",
    )
    fact = Fact.objects.get(kind="ActionClosed")
    assert (fact.payload["action_id"], fact.payload["state"]) == (made.pk, "unproven")
    with pytest.raises(Conflict, match="open it again before you change it"):
        actions.edit(caller=responder, number=made.pk, draft=draft_of(closed), now=now)
    with pytest.raises(Invalid, match="why it is open again"):
        moving.move(**move, to=State.OPEN)
    opened = moving.move(**move, to=State.OPEN, reason="it came back")
    assert (opened.state, opened.closed_at, opened.done_at, opened.reopened) == ("open", None, None, 1)
    assert Fact.objects.filter(kind="ActionReopened").count() == 1
    told = list(made.notes.exclude(state="").order_by("pk").values_list("state", flat=True))
    assert told == ["open", "done", "unproven", "open"]


def test_another_proof_of_what_is_done_begins_anew(
    responder: Caller, write: Write, done: Mark, experiment: Experiment, now: datetime
) -> None:
    made = done(write())
    later = now + timedelta(days=2)
    draft = replace(draft_of(made), proof=Proof.EXPERIMENT.value, experiment_id=experiment.pk)
    changed = actions.edit(caller=responder, number=made.pk, draft=draft, now=later)
    assert (changed.done_at, changed.proof_text) == (later, "")


def test_there_are_bounds(cast: Cast, responder: Caller, write: Write, settings: Settings, now: datetime) -> None:
    settings.ACTIONS_PER_TEAM_MAX, settings.ACTION_NOTES_MAX = 1, 2
    made = write()
    with pytest.raises(Conflict, match="1 actions that are not closed"):
        write()
    actions.add_note(caller=responder, number=made.pk, text="in review", now=now)
    with pytest.raises(Conflict, match="as many notes"):
        actions.add_note(caller=responder, number=made.pk, text="merged", now=now)
    with pytest.raises(Invalid, match="how it goes"):
        actions.add_note(caller=responder, number=made.pk, text=" ", now=now)
