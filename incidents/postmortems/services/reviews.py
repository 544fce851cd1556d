"""Review: who is asked to read a draft, and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from incidents.postmortems.domain.states import ReviewAnswer, State
from incidents.postmortems.models import Approval, Postmortem, Review
from incidents.postmortems.services import notices
from incidents.postmortems.services.changing import Change, changed, checked_text
from incidents.postmortems.services.changing import locked as locked_for_writing
from incidents.postmortems.services.messages import ANSWER, REVIEW
from reliability.access.domain.caller import Caller
from reliability.access.models import Membership, User
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound

REVIEWERS_MAX = 20
COMMENT_MAX = 5000
_WRITING = ("section", "heading", "factor", "factors", "why", "timeline", "title")


@transaction.atomic
def ask(*, caller: Caller, postmortem: Postmortem, reviewer_ids: Sequence[int], now: datetime) -> list[Review]:
    """Ask these members of the team; whoever is asked already stays. A draft begins a new round.

    Returns who is new. Raises NotFound, Forbidden, Invalid, Conflict when it is published.
    """
    row = locked_for_writing(caller=caller, postmortem_id=postmortem.pk)
    if row.state == State.PUBLISHED:
        raise Conflict("it is published: take it back before it is reviewed again", reason="wrong_state")
    people = _people(row, reviewer_ids)
    number = current_round(row) + (1 if row.state == State.DRAFT else 0) or 1
    known = set(row.reviews.filter(round=number).values_list("reviewer_id", flat=True))
    made = [
        Review.objects.create(
            postmortem=row,
            round=number,
            reviewer=one,
            reviewer_name=one.name[:160],
            asked_by_name=caller.name[:160],
            asked_at=now,
        )
        for one in people
        if one.pk not in known
    ]
    asked = {one.pk: one for one in people}
    for review in made:
        place = asked[int(review.reviewer_id or 0)]
        notices.make(kind=REVIEW, key=f"review:{review.pk}", place=place, now=now, postmortem=row, review=review)
    before = row.state
    row.state = State.IN_REVIEW.value
    if made or before != row.state:
        names = ", ".join(review.reviewer_name for review in made)
        change = Change("state", "Review", before, row.state, note=f"asked {names}"[:200])
        changed(caller=caller, postmortem=row, changes=[change], now=now, fields=("state",))
    return made


@transaction.atomic
def answer(*, caller: Caller, postmortem: Postmortem, answer: ReviewAnswer, comment: str = "", now: datetime) -> Review:
    """The caller's own, who was asked in this round. WAITING only comments. Changing one's mind is an answer, too.

    Raises NotFound, Forbidden (not asked, or its only author), Invalid, Conflict when it is not in review.
    """
    text = checked_text(field="comment", text=comment, most=COMMENT_MAX)
    if answer is not ReviewAnswer.APPROVED and not text:
        raise Invalid(details=[{"field": "comment", "message": "say what you want changed, or what you think"}])
    row = locked_for_writing(caller=caller, postmortem_id=postmortem.pk)
    if row.state not in (State.IN_REVIEW, State.APPROVED):
        raise Conflict(f"it is {State(row.state).words}: nobody asks for a review now", reason="wrong_state")
    review = row.reviews.select_for_update().filter(round=current_round(row), reviewer_id=caller.user_id).first()
    if review is None or caller.user_id is None:
        raise Forbidden("you were not asked to review this: ask whoever writes it")
    if answer is ReviewAnswer.APPROVED and authors(row) == {caller.user_id}:
        raise Forbidden("you alone wrote it: somebody else has to approve it", reason="only_author")
    review.answer, review.comment, review.answered_at = answer.value, text, now
    review.answered_revision = row.revision
    review.save(update_fields=("answer", "comment", "answered_at", "answered_revision"))
    row.approvals.filter(user_id=caller.user_id, withdrawn_at=None).update(withdrawn_at=now)
    if answer is ReviewAnswer.APPROVED:
        Approval.objects.create(
            postmortem=row,
            user_id=caller.user_id,
            user_name=caller.name[:160],
            revision=row.revision,
            comment=text,
            at=now,
        )
    before, row.state = row.state, _state_after(row).value
    change = Change("state", "Review", before, row.state, note=f"{caller.name}: {answer.words}")
    changed(caller=caller, postmortem=row, changes=[change], now=now, fields=("state",))
    _tell_askers(row, review, now)
    return review


def current_round(postmortem: Postmortem) -> int:
    """0 before the first."""
    return int(postmortem.reviews.aggregate(most=Max("round"))["most"] or 0)


def reviews_now(*, postmortem: Postmortem) -> QuerySet[Review]:
    """Of the current round, in the order they were asked."""
    found: QuerySet[Review] = postmortem.reviews.filter(round=current_round(postmortem)).select_related("reviewer")
    return found


def authors(postmortem: Postmortem) -> set[int]:
    """Ids of the people who wrote in it."""
    rows = postmortem.versions.filter(what__in=_WRITING, author__isnull=False).order_by()
    return set(rows.values_list("author_id", flat=True).distinct())


def candidates(*, postmortem: Postmortem) -> QuerySet[User]:
    """Who may be asked: active members of the team, by name."""
    members = Membership.objects.filter(team_id=postmortem.team_id)
    return User.objects.filter(pk__in=members.values("user_id"), is_active=True).order_by("name", "pk")


def _people(row: Postmortem, reviewer_ids: Sequence[int]) -> list[User]:
    wanted = list(dict.fromkeys(reviewer_ids))
    if not wanted:
        raise Invalid(details=[{"field": "reviewers", "message": "choose at least one person"}])
    if len(wanted) > REVIEWERS_MAX:
        raise Invalid(details=[{"field": "reviewers", "message": f"at most {REVIEWERS_MAX} people are asked"}])
    found = {user.pk: user for user in candidates(postmortem=row).filter(pk__in=wanted)}
    if len(found) < len(wanted):
        message = "is nobody of the team: only its members can read a draft"
        raise Invalid(details=[{"field": "reviewers", "message": message}])
    return [found[pk] for pk in wanted]


def _state_after(row: Postmortem) -> State:
    """Approved when all who were asked approve; somebody who wants changes makes it a draft again."""
    answers = set(row.reviews.filter(round=current_round(row)).values_list("answer", flat=True))
    if ReviewAnswer.CHANGES_WANTED in answers:
        return State.DRAFT
    return State.APPROVED if answers == {ReviewAnswer.APPROVED.value} else State.IN_REVIEW


def _tell_askers(row: Postmortem, review: Review, now: datetime) -> None:
    """Whoever asked learns the answer, unless they gave it."""
    if review.answer == ReviewAnswer.WAITING or review.asked_by_name == review.reviewer_name:
        return
    asker = candidates(postmortem=row).filter(name=review.asked_by_name).first()
    if asker is not None:
        key = f"answer:{review.pk}:{review.answered_revision}"
        notices.make(kind=ANSWER, key=key, place=asker, now=now, postmortem=row, review=review)


def review_of(*, postmortem: Postmortem, user_id: int | None) -> Review:
    """The open one of this person. Raises NotFound."""
    found: Review | None = reviews_now(postmortem=postmortem).filter(reviewer_id=user_id).first()
    if found is None or user_id is None:
        raise NotFound("you were not asked to review this postmortem")
    return found
