"""A service's readiness as the API and the command line tell it."""

from __future__ import annotations

from typing import Any

from reliability.readiness.domain.standing import Given, Standing
from reliability.readiness.models import Review
from reliability.readiness.selectors.standings import ServiceReadiness


def summary_of(*, found: ServiceReadiness, with_review: bool = False) -> dict[str, Any]:
    """Without the items that are fine: what a pipeline asks."""
    tally = found.tally
    return {
        "service": found.service.name,
        "title": found.service.title,
        "team": found.service.team.slug,
        "tier": found.service.tier,
        "ready": found.is_ready(with_review=with_review),
        "verdict": found.verdict.value,
        "required": tally.required,
        "met": tally.met,
        "waived": tally.waived,
        "checklist_version": found.checklist.version,
        "missing": [item_out(one) for one in found.missing],
        "exceptions": [item_out(one) for one in found.exceptions],
        "review": review_out(found.review) if found.review else None,
        "review_in_force": found.is_review_in_force,
    }


def item_out(one: Standing) -> dict[str, Any]:
    return {
        "item": one.item.slug,
        "title": one.item.title,
        "day": one.item.day.value,
        "kind": one.item.kind.value,
        "required": one.is_required,
        "state": one.state.value,
        "found": one.text,
        "next_step": one.step,
        "url": one.url,
        "why": one.item.why,
        "source": one.item.source,
        "evidence": given_out(one.given) if one.given else None,
        "waived_until": one.waived.until_at if one.waived else None,
    }


def given_out(given: Given) -> dict[str, Any]:
    return {
        "id": given.id,
        "text": given.text,
        "url": given.url,
        "happened_on": given.happened_on,
        "author": given.author,
        "reviewer": given.reviewer,
        "reviewed_at": given.reviewed_at,
        "expires_at": given.expires_at,
    }


def review_out(review: Review) -> dict[str, Any]:
    return {
        "id": review.pk,
        "verdict": review.verdict,
        "reason": review.reason,
        "decided_at": review.decided_at,
        "expires_at": review.expires_at,
        "author": review.author_name,
        "tier": review.tier,
        "checklist_version": review.checklist_version,
        "required": review.required,
        "met": review.met,
        "waived": review.waived,
    }
