"""Policies in a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors.frozen import frozen_policy, masked
from incidents.paging.selectors.targets import keys_of, visible_keys
from reliability.access.domain.caller import Caller


@dataclass(frozen=True, slots=True)
class Row:
    """steps: whom each tells, in words, as far as the caller may know; services: how many follow the policy."""

    policy: EscalationPolicy
    steps: tuple[str, ...]
    services: int


def rows_of(policies: Iterable[EscalationPolicy], *, caller: Caller) -> list[Row]:
    """At most one query for each kind of target, whatever the number of policies."""
    frozen = {policy: frozen_policy(policy=policy) for policy in policies}
    visible = visible_keys(caller=caller, keys={key for one in frozen.values() for key in keys_of(one)})
    return [
        Row(
            policy,
            tuple(
                ", ".join(target.name for target in step.targets) for step in masked(frozen=one, visible=visible).steps
            ),
            len(policy.services.all()),
        )
        for policy, one in frozen.items()
    ]
