"""What is refused before an escalation policy is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import NoReturn

from django.conf import settings

from incidents.paging.domain.policies import Bounds, Mistake, PolicyDraft, mistakes_of
from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors.targets import Key, visible_keys
from reliability.access.domain.caller import Caller
from reliability.web.errors import Conflict, Invalid


def bounds() -> Bounds:
    """How large a policy may be, by the settings."""
    return Bounds(
        steps=settings.POLICY_STEPS_MAX,
        targets=settings.POLICY_TARGETS_MAX,
        repeat=settings.POLICY_REPEAT_MAX,
        delay_minutes=settings.POLICY_DELAY_MINUTES_MAX,
        ack_timeout_minutes=settings.POLICY_ACK_TIMEOUT_MINUTES_MAX,
    )


def check(*, caller: Caller, draft: PolicyDraft, named: frozenset[Key] = frozenset()) -> None:
    """Raise Invalid with every mistake. *named*: what the policy names already, which stays even where unseen."""
    details = [
        {"field": path, "message": message}
        for path, message in (*mistakes_of(draft, bounds=bounds()), *_unseen(caller, draft, named))
    ]
    if details:
        raise Invalid(details=details)


def check_revision(*, stored: EscalationPolicy, expected: int | None) -> None:
    """Raise Conflict, saying who and when, if somebody saved since the editor read revision *expected*."""
    if expected is None or stored.revision == expected:
        return
    message = (
        f"{stored.updated_by_name or 'somebody'} changed this policy at "
        f"{stored.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, after you opened it: "
        "your change is not saved; compare both and save again"
    )
    raise Conflict(
        message,
        reason="changed_meanwhile",
        details=[{"field": "revision", "message": message, "expected": expected, "stored": stored.revision}],
    )


def refuse_slug(slug: str) -> NoReturn:
    message = f"there is an escalation policy {slug!r} already (it may be private to another team): choose another name"
    raise Conflict(message, reason="exists", details=[{"field": "slug", "message": message}])


def _unseen(caller: Caller, draft: PolicyDraft, named: frozenset[Key]) -> Iterable[Mistake]:
    """Targets that do not exist or are not the caller's to see."""
    placed = [
        (f"{path}.targets[{index}]", (target.kind, target.id))
        for path, step in draft.placed_steps()
        for index, target in enumerate(step.targets)
    ]
    seen = visible_keys(caller=caller, keys={key for _, key in placed} - named) | named
    for path, key in placed:
        if key not in seen:
            noun = "person" if key[0] == "user" else key[0].value
            yield path, f"there is no such {noun}, or it is not yours to see"
