"""Escalation policies: created, changed, refused, deleted, chosen, frozen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from incidents.oncall.models import Schedule
from incidents.paging.domain.frozen import FrozenPolicy
from incidents.paging.domain.policies import PolicyDraft
from incidents.paging.models import EscalationPolicy, PolicyStep, ServicePolicy
from incidents.paging.selectors import policies as selectors
from incidents.paging.selectors.drafts import draft_of
from incidents.paging.services import policies
from reliability.access.models import AuditEntry
from reliability.channels.models import Channel
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, ChannelFactory, IntegrationFactory, ScheduleFactory, ServiceFactory
from tests.paging.policies.conftest import of, step

Draft = Callable[..., PolicyDraft]


def stored(cast: Cast, slug: str = "payments-urgent") -> EscalationPolicy:
    return selectors.policy(caller=cast.caller("chief"), slug=slug)


def fields_of(refusal: Invalid) -> list[str]:
    return [detail["field"] for detail in refusal.details]


def test_a_policy_keeps_what_was_asked_for_and_is_audited(
    cast: Cast, draft: Draft, channel: Channel, now: datetime
) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout")
    asked = draft(
        repeat=2,
        ack_timeout_minutes=30,
        last_resort=step(15, of("channel", channel), of("team", cast.payments)),
        service_ids=frozenset({service.pk}),
        description="Who wakes up.",
    )
    policies.create(caller=cast.caller("editor"), draft=asked, now=now, reason="agreed on Monday")
    assert draft_of(policy=stored(cast)) == asked
    entry = AuditEntry.objects.get(action="escalation_policy.create")
    assert (entry.actor_name, entry.reason) == ("Editor", "agreed on Monday")
    assert entry.changes["steps"][1] == ["schedule Payments primary, 5 min", "user Administrator, 10 min"]
    assert AuditEntry.objects.get(action="service.escalation_policy").changes == {
        "escalation_policy": [None, "payments-urgent"]
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"slug": "Payments!"}, "slug", id="a slug with other signs"),
        pytest.param({"slug": "new"}, "slug", id="a slug that is an address of its own"),
        pytest.param({"title": "  "}, "title", id="no title"),
        pytest.param({"steps": ()}, "steps", id="no step"),
        pytest.param({"repeat": 10}, "repeat", id="more passes than the bound"),
        pytest.param({"ack_timeout_minutes": 0}, "ack_timeout", id="a time-out of nothing"),
        pytest.param({"ack_timeout_minutes": 10_081}, "ack_timeout", id="a time-out above the bound"),
        pytest.param({"steps": (step(5),)}, "steps[0].targets", id="a step without a target"),
        pytest.param({"last_resort": step(5)}, "last_resort.targets", id="a last resort without a target"),
    ],
)
def test_a_mistake_is_refused_at_its_field(
    cast: Cast, draft: Draft, now: datetime, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        policies.create(caller=cast.caller("editor"), draft=draft(**changes), now=now)
    assert fields_of(refusal.value) == [field]
    assert not EscalationPolicy.objects.exists()


@pytest.mark.parametrize(("minutes", "is_taken"), [(1, True), (1440, True), (0, False), (1441, False)])
def test_the_delay_of_a_step_has_bounds(cast: Cast, draft: Draft, now: datetime, minutes: int, is_taken: bool) -> None:
    asked = draft(steps=(step(minutes, of("user", cast.editor)),))
    if is_taken:
        policies.create(caller=cast.caller("editor"), draft=asked, now=now)
        return
    with pytest.raises(Invalid) as refusal:
        policies.create(caller=cast.caller("editor"), draft=asked, now=now)
    assert fields_of(refusal.value) == ["steps[0].delay"]


def test_steps_and_targets_have_bounds(cast: Cast, draft: Draft, now: datetime, settings: Any) -> None:
    settings.POLICY_STEPS_MAX, settings.POLICY_TARGETS_MAX = 2, 2
    caller = cast.caller("editor")
    people = [of("user", person) for person in (cast.editor, cast.viewer, cast.responder)]
    at_the_bound = draft(steps=(step(5, *people[:2]), step(5, *people[:2])))
    policies.create(caller=caller, draft=at_the_bound, now=now)
    beyond = draft(slug="beyond", steps=(step(5, *people), step(5, people[0]), step(5, people[0])))
    with pytest.raises(Invalid) as refusal:
        policies.create(caller=caller, draft=beyond, now=now)
    assert fields_of(refusal.value) == ["steps", "steps[0].targets"]


def test_a_target_stands_in_a_step_once(cast: Cast, draft: Draft, now: datetime) -> None:
    twice = draft(steps=(step(5, of("user", cast.editor), of("user", cast.editor)),))
    with pytest.raises(Invalid) as refusal:
        policies.create(caller=cast.caller("editor"), draft=twice, now=now)
    assert fields_of(refusal.value) == ["steps[0].targets[1]"]


def test_targets_that_the_caller_may_not_see_do_not_exist_for_them(cast: Cast, draft: Draft, now: datetime) -> None:
    theirs = (
        of("user", cast.outsider),
        of("schedule", ScheduleFactory(team=cast.search)),
        of("team", cast.search),
        of("channel", ChannelFactory(team=cast.search)),
    )
    with pytest.raises(Invalid) as refusal:
        policies.create(caller=cast.caller("editor"), draft=draft(steps=(step(5, *theirs),)), now=now)
    assert [detail["message"] for detail in refusal.value.details] == [
        f"there is no such {noun}, or it is not yours to see" for noun in ("person", "schedule", "team", "channel")
    ]


def test_what_the_policy_names_already_stays_though_the_editor_may_not_see_it(
    cast: Cast, draft: Draft, now: datetime
) -> None:
    theirs = ScheduleFactory(team=cast.search, title="Search primary")
    service = ServiceFactory(team=cast.search)
    asked = draft(steps=(step(5, of("schedule", theirs)),), service_ids=frozenset({service.pk}))
    made = policies.create(caller=cast.caller("chief"), draft=asked, now=now)
    changed = replace(asked, title="Other title", service_ids=frozenset())
    policies.update(caller=cast.caller("editor"), policy=made, draft=changed, now=now)
    assert draft_of(policy=stored(cast)) == replace(asked, title="Other title")


@pytest.mark.parametrize(("who", "refusal"), [("responder", Forbidden), ("viewer", Forbidden), ("outsider", NotFound)])
def test_only_editors_of_the_team_write(
    cast: Cast, draft: Draft, now: datetime, who: str, refusal: type[Exception]
) -> None:
    made = policies.create(caller=cast.caller("editor"), draft=draft(), now=now)
    for write in (
        lambda: policies.create(caller=cast.caller(who), draft=draft(slug="other"), now=now),
        lambda: policies.update(caller=cast.caller(who), policy=made, draft=draft(title="Mine"), now=now),
        lambda: policies.delete(caller=cast.caller(who), policy=made, now=now),
    ):
        with pytest.raises(refusal):
            write()
    assert stored(cast).title == "Payments, urgent"


def test_a_change_raises_the_revision_and_a_stale_one_is_refused(cast: Cast, draft: Draft, now: datetime) -> None:
    made = policies.create(caller=cast.caller("editor"), draft=draft(), now=now)
    caller = cast.caller("administrator")
    policies.update(caller=caller, policy=made, draft=draft(repeat=3), now=now, expected_revision=1)
    with pytest.raises(Conflict, match=r"Administrator changed this policy at .* UTC, after you opened it"):
        policies.update(caller=cast.caller("editor"), policy=made, draft=draft(repeat=1), now=now, expected_revision=1)
    assert (stored(cast).repeat, stored(cast).revision) == (3, 2)


def test_the_same_again_changes_nothing(cast: Cast, draft: Draft, now: datetime) -> None:
    made = policies.create(caller=cast.caller("editor"), draft=draft(), now=now)
    count = AuditEntry.objects.count()
    policies.update(caller=cast.caller("editor"), policy=made, draft=draft(), now=now)
    assert (stored(cast).revision, AuditEntry.objects.count()) == (1, count)


def test_a_slug_in_use_is_refused_without_telling_by_whom(cast: Cast, draft: Draft, now: datetime) -> None:
    policies.create(caller=cast.caller("editor"), draft=draft(), now=now)
    theirs = draft(team_id=cast.search.pk, steps=(step(5, of("user", cast.outsider)),))
    with pytest.raises(Conflict, match="it may be private to another team"):
        policies.create(caller=cast.caller("outsider"), draft=theirs, now=now)


def test_a_team_has_one_default(cast: Cast, draft: Draft, now: datetime) -> None:
    caller = cast.caller("editor")
    policies.create(caller=caller, draft=draft(is_team_default=True), now=now)
    policies.create(caller=caller, draft=draft(slug="second", is_team_default=True), now=now)
    assert not stored(cast).is_team_default
    assert stored(cast, "second").is_team_default


def test_the_policy_of_an_incident_is_that_of_its_service_else_the_default_of_the_team(
    cast: Cast, draft: Draft, now: datetime
) -> None:
    service, other = ServiceFactory(team=cast.payments), ServiceFactory(team=cast.payments)
    caller = cast.caller("editor")
    policies.create(caller=caller, draft=draft(is_team_default=True), now=now)
    own = draft(slug="checkout", service_ids=frozenset({service.pk}))
    policies.create(caller=caller, draft=own, now=now)

    def chosen(service_id: int | None, team_id: int = cast.payments.pk) -> str | None:
        found = selectors.policy_for(team_id=team_id, service_id=service_id)
        return found.slug if found else None

    assert chosen(service.pk) == "checkout"
    assert chosen(other.pk) == chosen(None) == "payments-urgent"
    assert chosen(None, cast.search.pk) is None


def test_a_service_changes_over_to_the_policy_that_names_it_last(cast: Cast, draft: Draft, now: datetime) -> None:
    service = ServiceFactory(team=cast.payments)
    caller = cast.caller("editor")
    for slug in ("first", "second"):
        policies.create(caller=caller, draft=draft(slug=slug, service_ids=frozenset({service.pk})), now=now)
    assert ServicePolicy.objects.get().policy.slug == "second"


def test_a_service_of_another_team_needs_an_editor_of_that_team(cast: Cast, draft: Draft, now: datetime) -> None:
    service = ServiceFactory(team=cast.commons)
    asked = draft(service_ids=frozenset({service.pk}))
    with pytest.raises(Forbidden):
        policies.create(caller=cast.caller("editor"), draft=asked, now=now)
    assert not EscalationPolicy.objects.exists()


def test_deleting_is_refused_while_a_service_or_an_integration_uses_it(cast: Cast, draft: Draft, now: datetime) -> None:
    caller = cast.caller("editor")
    service = ServiceFactory(team=cast.payments, name="checkout")
    made = policies.create(caller=caller, draft=draft(service_ids=frozenset({service.pk})), now=now)
    with pytest.raises(Conflict, match=r"1 service follows it \(checkout\)"):
        policies.delete(caller=caller, policy=made, now=now)
    policies.update(caller=caller, policy=made, draft=draft(is_team_default=True), now=now)
    with pytest.raises(Conflict, match="default of its team"):
        policies.delete(caller=caller, policy=made, now=now)
    policies.update(caller=caller, policy=made, draft=draft(), now=now)
    integration = IntegrationFactory(team=cast.payments, policy=made)
    with pytest.raises(Conflict, match="in use by integrations"):
        policies.delete(caller=caller, policy=made, now=now)
    integration.delete()
    policies.delete(caller=caller, policy=made, now=now, reason="merged")
    assert not EscalationPolicy.objects.exists()
    assert AuditEntry.objects.get(action="escalation_policy.delete").reason == "merged"


def test_a_frozen_policy_is_a_copy_that_later_edits_do_not_move(
    cast: Cast, draft: Draft, schedule: Schedule, now: datetime
) -> None:
    asked = draft(repeat=1, ack_timeout_minutes=20, last_resort=step(9, of("user", cast.chief)))
    made = policies.create(caller=cast.caller("chief"), draft=asked, now=now)
    frozen = policies.freeze(policy_id=made.pk, now=now)
    policies.update(caller=cast.caller("chief"), policy=made, draft=draft(repeat=0), now=now)
    assert (frozen.slug, frozen.repeat, frozen.ack_timeout) == ("payments-urgent", 1, timedelta(minutes=20))
    assert [[target.name for target in one.targets] for one in frozen.steps] == [
        ["Payments primary"],
        ["Administrator"],
    ]
    assert frozen.last_resort is not None
    assert frozen.last_resort.delay == timedelta(minutes=9)
    assert FrozenPolicy.from_json(frozen.to_json()) == frozen


def test_each_freezing_gives_the_next_of_a_round_robin_its_turn(cast: Cast, draft: Draft, now: datetime) -> None:
    rotating = step(5, of("user", cast.editor), of("user", cast.responder), round_robin=True)
    asked = draft(steps=(rotating, step(5, of("user", cast.viewer))))
    made = policies.create(caller=cast.caller("editor"), draft=asked, now=now)
    first = [policies.freeze(policy_id=made.pk, now=now).steps[0].in_turn(0)[0][0].name for _ in range(3)]
    assert first == ["Editor", "Responder", "Editor"]
    policies.update(caller=cast.caller("editor"), policy=made, draft=replace(asked, steps=(rotating,)), now=now)
    assert PolicyStep.objects.get().turn == 3, "an edit does not begin it anew"


def test_freezing_a_deleted_policy_says_so(db: None, now: datetime) -> None:
    with pytest.raises(NotFound):
        policies.freeze(policy_id=12345, now=now)


def test_policies_of_other_teams_are_not_found(cast: Cast, draft: Draft, now: datetime) -> None:
    policies.create(caller=cast.caller("editor"), draft=draft(), now=now)
    assert list(selectors.list_policies(caller=cast.caller("outsider"))) == []
    assert [found.slug for found in selectors.list_policies(caller=cast.caller("viewer"), text="urgent")] == [
        "payments-urgent"
    ]
    with pytest.raises(NotFound):
        selectors.policy(caller=cast.caller("outsider"), slug="payments-urgent")
