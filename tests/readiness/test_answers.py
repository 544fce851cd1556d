"""Evidence, second pairs of eyes, waivers, reviews that freeze, checklists that never rewrite them, reminders."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from reliability.access.domain.caller import Caller
from reliability.access.models import AuditEntry, Membership
from reliability.catalog.models import Service
from reliability.catalog.services import services as catalogue
from reliability.outbox.models import Due
from reliability.readiness.domain.standing import State, Verdict
from reliability.readiness.models import ChecklistVersion, Evidence, Notice, Review, Waiver
from reliability.readiness.selectors.checklists import checklist_of
from reliability.readiness.selectors.reviews import answers_of, is_in_force
from reliability.readiness.selectors.standings import ServiceReadiness, readiness_of
from reliability.readiness.services import checklists, evidence, reminders, reviews, waivers
from reliability.readiness.services.due_kinds import EXPIRY, NOTICE
from reliability.readiness.services.evidence import EvidenceDraft
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import ApiTokenFactory, Cast, ChannelFactory
from tests.servers.receivers import recording_http

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DRAFT = EvidenceDraft("820 orders a minute, then 503.", "https://wiki.example.org/load")


def standing(service: Service, caller: Caller, item: str, at: datetime) -> State:
    return whole(service, caller, at).standing(item).state  # type: ignore[union-attr]  # every item is there


def whole(service: Service, caller: Caller, at: datetime) -> ServiceReadiness:
    return readiness_of(caller=caller, services=[service], now=at)[0]


def test_evidence_counts_until_it_expires_and_the_newest_stands(
    service: Service, responder: Caller, now: datetime
) -> None:
    assert standing(service, responder, "load-tested", now) is State.MISSING
    first = evidence.give(caller=responder, service=service, item="load-tested", draft=DRAFT, now=now)
    assert (first.happened_on, first.author_name) == (now.date(), "Responder")
    assert first.expires_at == datetime(2027, 3, 3, tzinfo=now.tzinfo)  # all of the 365th day
    assert standing(service, responder, "load-tested", now) is State.MET
    assert standing(service, responder, "load-tested", first.expires_at) is State.EXPIRED
    second = evidence.give(caller=responder, service=service, item="load-tested", draft=DRAFT, now=now + 300 * DAY)
    assert standing(service, responder, "load-tested", first.expires_at) is State.MET
    evidence.withdraw(caller=responder, service=service, pk=second.pk, reason="wrong cluster", now=now + 301 * DAY)
    assert standing(service, responder, "load-tested", first.expires_at) is State.EXPIRED
    with pytest.raises(Conflict, match="already"):
        evidence.withdraw(caller=responder, service=service, pk=second.pk, reason="again", now=now + 301 * DAY)
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "readiness.evidence_given",
        "readiness.evidence_given",
        "readiness.evidence_withdrawn",
    ]
    assert not Due.objects.filter(kind=EXPIRY, key=f"evidence:{second.pk}").exists()


def test_a_second_pair_of_eyes_is_somebody_elses(
    service: Service, responder: Caller, editor: Caller, cast: Cast, now: datetime
) -> None:
    row = evidence.give(caller=responder, service=service, item="restore-tried", draft=DRAFT, now=now)
    assert standing(service, responder, "restore-tried", now) is State.UNREVIEWED
    for who in (responder, cast.caller("viewer")):
        with pytest.raises(Forbidden):
            evidence.review(caller=who, service=service, pk=row.pk, now=now)
    with pytest.raises(NotFound):
        evidence.review(caller=cast.caller("outsider"), service=service, pk=row.pk, now=now)
    evidence.review(caller=editor, service=service, pk=row.pk, now=now)
    assert standing(service, responder, "restore-tried", now) is State.MET
    with pytest.raises(Conflict, match="Editor has reviewed"):
        evidence.review(caller=cast.caller("administrator"), service=service, pk=row.pk, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).update(reviewer=cast.responder)
    # A token is nobody else than whoever made it, and sees with no eyes of its own.
    made = ApiTokenFactory(team=cast.payments, created_by=cast.editor)
    token = Caller(name="CI", token_id=made.pk, roles=responder.roles)
    by_token = evidence.give(caller=token, service=service, item="restore-tried", draft=DRAFT, now=now)
    for who in (editor, token):
        with pytest.raises(Forbidden, match="somebody else's"):
            evidence.review(caller=who, service=service, pk=by_token.pk, now=now)
    evidence.review(caller=responder, service=service, pk=by_token.pk, now=now)


def test_mistakes_stand_at_their_field(service: Service, responder: Caller, editor: Caller, now: datetime) -> None:
    bad = EvidenceDraft("", "javascript:alert(1)", (now + DAY).date())
    with pytest.raises(Invalid) as refused:
        evidence.give(caller=responder, service=service, item="load-tested", draft=bad, now=now)
    assert {one["field"] for one in refused.value.details} == {"text", "url", "happened_on"}
    with pytest.raises(NotFound, match="no item"):
        evidence.give(caller=responder, service=service, item="nothing", draft=DRAFT, now=now)
    with pytest.raises(Conflict, match="by itself"):
        evidence.give(caller=responder, service=service, item="slo-exists", draft=DRAFT, now=now)
    for until_at in (now, now + 400 * DAY):
        with pytest.raises(Invalid) as let_off:
            waivers.waive(caller=editor, service=service, item="slo-exists", reason="", until_at=until_at, now=now)
        assert {one["field"] for one in let_off.value.details} == {"reason", "until"}
    with pytest.raises(Forbidden):
        waivers.waive(caller=responder, service=service, item="slo-exists", reason="x", until_at=now + DAY, now=now)
    with pytest.raises(Forbidden):
        reviews.decide(caller=responder, service=service, verdict=Verdict.READY, reason="x", now=now)
    assert not AuditEntry.objects.exists()


def test_a_waiver_lets_off_a_proof_until_its_date_and_can_be_ended(
    service: Service, editor: Caller, now: datetime
) -> None:
    given: dict[str, Any] = {"caller": editor, "service": service, "item": "slo-exists", "reason": "a pilot"}
    first = waivers.waive(**given, until_at=now + 9 * DAY, now=now)
    second = waivers.waive(**given, until_at=now + 5 * DAY, now=now)
    assert standing(service, editor, "slo-exists", now + 4 * DAY) is State.WAIVED
    assert standing(service, editor, "slo-exists", now + 6 * DAY) is State.NOT_MET  # the first was replaced
    assert [one.item.slug for one in whole(service, editor, now).exceptions] == ["slo-exists"]
    waivers.end(caller=editor, service=service, pk=second.pk, now=now + DAY)
    assert standing(service, editor, "slo-exists", now + DAY) is State.NOT_MET
    for row in (first, second):
        with pytest.raises(Conflict, match="over"):
            waivers.end(caller=editor, service=service, pk=row.pk, now=now + DAY)
    assert Waiver.objects.filter(ended_at=None).count() == 0


def test_a_review_freezes_every_answer_whatever_changes_later(
    service: Service, responder: Caller, editor: Caller, cast: Cast, now: datetime
) -> None:
    evidence.give(caller=responder, service=service, item="load-tested", draft=DRAFT, now=now)
    with pytest.raises(Invalid, match=r"items are missing: choose “ready with exceptions”"):
        reviews.decide(caller=editor, service=service, verdict=Verdict.READY, reason="looks fine", now=now)
    made = reviews.decide(
        caller=editor,
        service=service,
        verdict=Verdict.READY_WITH_EXCEPTIONS,
        reason="A pilot of 20 users.",
        good_days=30,
        now=now,
    )
    before = answers_of(review=made, caller=editor)
    assert {one["state"] for one in before} == {"met", "missing", "not_met", "unknown"}
    assert (made.checklist_version, made.tier, made.expires_at) == (0, 1, datetime(2026, 4, 2, tzinfo=now.tzinfo))
    own = {"slug": "script", "title": "Support has a script", "day": "day_1"}
    rule = {"off": "no traffic", "tiers": [1]}
    checklists.set_rule(caller=editor, team=cast.payments, slug="load-tested", rule=rule, now=now)
    checklists.put_own(caller=editor, team=cast.payments, own=own, is_new=True, reason="Postmortem 4", now=now)
    catalogue.change(caller=editor, service=service, fields={"tier": 3}, now=now)
    kept = Review.objects.get(pk=made.pk)
    assert answers_of(review=kept, caller=editor) == before
    assert (kept.required, kept.tier) == (made.required, 1)
    found = whole(service, editor, now)
    assert (found.standing("load-tested"), found.standing("script").state) == (None, State.MISSING)  # type: ignore[union-attr]  # it is there
    assert found.checklist.version == 2
    assert list(ChecklistVersion.objects.order_by("number").values_list("number", "reason")) == [
        (1, ""),
        (2, "Postmortem 4"),
    ]
    assert found.is_review_in_force
    assert not is_in_force(review=kept, now=now + 31 * DAY)
    token = Caller(name="CI", token_id=1, roles=editor.roles)
    with pytest.raises(Forbidden, match="a token cannot"):
        reviews.decide(caller=token, service=service, verdict=Verdict.NOT_READY, reason="x", now=now)


def test_two_who_change_a_checklist_lose_nothing(cast: Cast, editor: Caller, responder: Caller, now: datetime) -> None:
    team = cast.payments
    step: dict[str, Any] = {"caller": editor, "team": team, "slug": "load-tested", "now": now}
    first = checklists.set_rule(**step, rule={"expires_days": 30}, expected_revision=0)
    with pytest.raises(Conflict, match="Editor changed the checklist"):
        checklists.set_rule(**step, rule={"expires_days": 60}, expected_revision=0)
    again = checklists.set_rule(**step, rule={"expires_days": 30}, expected_revision=1)
    assert (first.version, again.version) == (1, 1)  # the same once more is no version
    with pytest.raises(Invalid) as refused:
        checklists.define(caller=editor, team=team, definition={"items": {"nobody": {}}}, now=now)
    assert refused.value.details[0]["path"] == "items.nobody"
    with pytest.raises(Forbidden):
        checklists.configure(caller=responder, team=team, remind_days=3, review_days=3, now=now)
    with pytest.raises(Conflict, match="switched off, not removed"):
        checklists.remove_own(caller=editor, team=team, slug="load-tested", now=now)
    own = {"slug": "script", "title": "Support has a script", "day": "day_1"}
    checklists.put_own(caller=editor, team=team, own=own, is_new=True, now=now)
    checklists.remove_own(caller=editor, team=team, slug="script", now=now)
    assert checklist_of(team=team).definition == {"items": {"load-tested": {"expires_days": 30}}, "own": []}
    entry = AuditEntry.objects.get(action="readiness_checklist.change", changes__has_key="load-tested")
    assert entry.changes == {"load-tested": [None, {"expires_days": 30}]}


def test_who_gave_it_and_the_channel_are_reminded_once_before_and_once_after(
    service: Service, responder: Caller, editor: Caller, cast: Cast, now: datetime, settings: Settings
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.PUBLIC_URL = "https://rel.example.org"
    with recording_http([]) as receiver:
        ChannelFactory(team=cast.payments, name="orders", config={"url": f"{receiver.url}/hook"})
        checklists.configure(
            caller=editor, team=cast.payments, remind_days=14, review_days=90, channels=["orders"], now=now
        )
        row = evidence.give(caller=responder, service=service, item="load-tested", draft=DRAFT, now=now)
        subject, ends = f"evidence:{row.pk}", row.expires_at
        assert ends is not None
        assert Due.objects.get(kind=EXPIRY, key=subject).due_at == ends - 14 * DAY
        assert reminders.remind(subject=subject, now=now) == ends - 14 * DAY
        assert not Notice.objects.exists()
        for _ in range(2):  # twice is once
            assert reminders.remind(subject=subject, now=ends - 14 * DAY) == ends
        assert sorted(Notice.objects.values_list("place", flat=True)) == ["Orders", "Responder"]
        notice = Notice.objects.get(channel__name="orders")
        assert Due.objects.filter(kind=NOTICE, key=str(notice.pk)).exists()
        assert reminders.deliver(notice_id=notice.pk, now=ends - 14 * DAY) is None
        told = receiver.received[-1].body.decode()
    assert "Checkout: evidence for “A load test found the limit” expires on 2027-03-03" in told
    assert "https://rel.example.org/services/checkout/readiness/items/load-tested/" in told
    # Who gave it has left the team: its editors hear of it, but not of what was renewed.
    Membership.objects.filter(user=cast.responder).delete()
    checklists.configure(caller=editor, team=cast.payments, remind_days=14, review_days=90, now=now)
    assert reminders.remind(subject=subject, now=ends) is None
    assert set(Notice.objects.filter(stage="expired").values_list("place", flat=True)) == {"Administrator", "Editor"}
    evidence.give(caller=editor, service=service, item="load-tested", draft=DRAFT, now=now + DAY)
    late = Notice.objects.filter(stage="expired").first()
    assert late is not None
    assert reminders.deliver(notice_id=late.pk, now=ends) is None
    late.refresh_from_db()
    assert late.state == "void"
    assert reminders.remind(subject="evidence:no", now=now) is None


def test_what_stands_again_is_reminded_of(service: Service, responder: Caller, now: datetime) -> None:
    first, second = (
        evidence.give(caller=responder, service=service, item="load-tested", draft=DRAFT, now=now + days * DAY)
        for days in (0, 10)
    )
    assert first.expires_at is not None
    subject, early = f"evidence:{first.pk}", first.expires_at - 14 * DAY
    assert reminders.remind(subject=subject, now=early) == first.expires_at, "the newer one may be taken back"
    assert not Notice.objects.exists()
    evidence.withdraw(caller=responder, service=service, pk=second.pk, reason="wrong cluster", now=early)
    assert reminders.remind(subject=subject, now=first.expires_at) is None
    assert Notice.objects.get().stage == "expired"


def test_reviews_and_waivers_are_reminded_of_until_something_newer_stands(
    service: Service, editor: Caller, now: datetime
) -> None:
    first = reviews.decide(caller=editor, service=service, verdict=Verdict.NOT_READY, reason="a load test", now=now)
    ends = first.expires_at
    assert ends is not None
    assert reminders.remind(subject=f"review:{first.pk}", now=ends - 3 * DAY) == ends
    assert [(one.place, one.stage) for one in Notice.objects.all()] == [("Editor", "before")]
    reviews.decide(caller=editor, service=service, verdict=Verdict.NOT_READY, reason="still", now=now + DAY)
    assert reminders.remind(subject=f"review:{first.pk}", now=ends) is None
    row = waivers.waive(
        caller=editor, service=service, item="slo-exists", reason="a pilot", until_at=now + 3 * DAY, now=now
    )
    # Nobody is told at once of what they just wrote.
    assert Due.objects.get(kind=EXPIRY, key=f"waiver:{row.pk}").due_at == now + 3 * DAY
    assert reminders.remind(subject=f"waiver:{row.pk}", now=now + 3 * DAY) is None
    assert Notice.objects.filter(subject=f"waiver:{row.pk}", stage="expired").count() == 1
