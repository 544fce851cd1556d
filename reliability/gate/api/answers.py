"""An answer of the gate as the API and the command line tell it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.gate.domain.kept import ToldReason, to_json, told_to
from reliability.gate.models import GateDecision, GateOverride
from reliability.gate.selectors.answers import Answer


def answer_out(*, answer: Answer, caller: Caller) -> dict[str, Any]:
    """As schemas.GateAnswer has it."""
    return {
        "decision": answer.verdict.decision.value,
        "is_go": answer.verdict.is_go,
        "service": answer.service.name,
        "environment": answer.place.name,
        "is_production": answer.place.is_production,
        "kind": answer.kind.value,
        "revision": answer.revision,
        "at": answer.at,
        "reasons": reasons_out(told_to(caller=caller, stored=to_json(answer.verdict.reasons))),
        "override": override_out(row=answer.override, now=answer.at) if answer.override is not None else None,
        "policy_in_force": _policy(answer),
        "url": address_of(answer),
    }


def address_of(answer: Answer) -> str:
    """Of the page that shows it. Whole: who reads the log of a pipeline is not on this server."""
    asked = {"environment": answer.place.name, "kind": answer.kind.value, "revision": answer.revision}
    query = urlencode({name: value for name, value in asked.items() if value})
    return _whole(f"{reverse('gate-service', args=(answer.service.name,))}?{query}")


def decision_out(*, row: GateDecision, caller: Caller) -> dict[str, Any]:
    """As schemas.GateDecisionOut has it."""
    names = ("environment", "revision", "kind", "decision", "asked_at", "last_asked_at", "times_asked", "override_id")
    return {
        "id": row.pk,
        "team": row.service.team.slug,
        "service": row.service.name,
        "reasons": reasons_out(told_to(caller=caller, stored=row.reasons)),
        "asked_by": row.asked_by_name,
        **{name: getattr(row, name) for name in names},
    }


def override_out(*, row: GateOverride, now: datetime) -> dict[str, Any]:
    """As schemas.GateOverrideOut has it."""
    names = ("environment", "revision", "reason", "created_at", "expires_at", "revoked_at")
    return {
        "id": row.pk,
        "team": row.service.team.slug,
        "service": row.service.name,
        "by": row.by_name,
        "revoked_by": row.revoked_by_name,
        "is_live": row.revoked_at is None and now < row.expires_at,
        **{name: getattr(row, name) for name in names},
    }


def reasons_out(reasons: Iterable[ToldReason]) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind.value,
            "effect": one.effect.value,
            "words": one.words,
            "url": _whole(one.url),
            "until": one.until,
        }
        for one in reasons
    ]


def _policy(answer: Answer) -> dict[str, Any] | None:
    policy = answer.policy
    if policy is None or not answer.in_force:
        return None
    return {
        "id": policy.id,
        "title": policy.title,
        "version": policy.version,
        "url": _whole(policy.url),
        "decides": policy.terms.decides,
        "rules": [
            {
                "action": one.rule.action.value,
                "words": one.words,
                "reason": one.standing.reason,
                "since": one.since,
                "work_percent": one.rule.work_percent,
            }
            for one in answer.in_force
        ],
    }


def _whole(url: str) -> str:
    return f"{settings.PUBLIC_URL}{url}" if url.startswith("/") else url
