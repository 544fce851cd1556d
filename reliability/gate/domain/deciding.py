"""The gate's decision: reasons in, a verdict out. It computes nothing of its own, so that every no has a reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reliability.gate.domain.kinds import ChangeKind, Decision, Effect, ReasonKind, Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Something that speaks for or against a change now.

    until: when it ends, if that is known. passes: kinds of change that it does not keep back. may_be_overridden: by
    people, with a reason. team_ids: whoever may read all of them is told `words` and `url`, others `hidden_words`;
    empty: everybody who may ask.
    """

    kind: ReasonKind
    weight: Weight
    words: str
    url: str = ""
    until: datetime | None = None
    passes: frozenset[ChangeKind] = frozenset()
    may_be_overridden: bool = True
    team_ids: frozenset[int] = frozenset()
    hidden_words: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """People let changes through: of one revision, or (blank) of any."""

    id: int
    revision: str = ""

    def is_for(self, revision: str) -> bool:
        return not self.revision or is_same_revision(self.revision, revision)


@dataclass(frozen=True, slots=True)
class Judged:
    reason: Reason
    effect: Effect


@dataclass(frozen=True, slots=True)
class Verdict:
    """reasons: what blocks first. override_id: without which it would be a no; None: none was needed."""

    decision: Decision
    reasons: tuple[Judged, ...]
    override_id: int | None = None

    @property
    def is_go(self) -> bool:
        return self.decision.is_go


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be changed. revision: sha or version, blank when the asker did not say."""

    kind: ChangeKind = ChangeKind.CHANGE
    revision: str = ""
    overrides: Sequence[Override] = field(default=())


_SHA = re.compile(r"[0-9a-f]{7,64}")  # git abbreviates to 7 and more
_ORDER = (Effect.BLOCKS, Effect.OVERRIDDEN, Effect.EXCEPTED, Effect.WARNS, Effect.NOTES)


def decide(*, reasons: Sequence[Reason], question: Question) -> Verdict:
    """No-go when a reason blocks that neither lets this kind of change pass nor is overridden.

    Go with warnings when a reason warns, or would have blocked another kind of change. Else go: also when all that
    blocked was overridden, which the verdict names.
    """
    override = next((one for one in question.overrides if one.is_for(question.revision)), None)
    judged = sorted(
        (Judged(one, _effect(one, question.kind, override)) for one in reasons),
        key=lambda one: _ORDER.index(one.effect),
    )
    effects = {one.effect for one in judged}
    if Effect.BLOCKS in effects:
        decision = Decision.NO_GO
    elif effects & {Effect.WARNS, Effect.EXCEPTED}:
        decision = Decision.WARNINGS
    else:
        decision = Decision.GO
    is_used = override is not None and Effect.OVERRIDDEN in effects and decision.is_go
    return Verdict(decision, tuple(judged), override.id if override is not None and is_used else None)


def is_same_revision(one: str, other: str) -> bool:
    """Whether both name the same: equal, or one is the beginning of the other as git shortens a sha.

    Versions are not shortened: v1.12.1 is not v1.12.10.
    """
    one, other = one.strip().lower(), other.strip().lower()
    short, long = sorted((one, other), key=len)
    are_hashes = _SHA.fullmatch(short) is not None and _SHA.fullmatch(long) is not None
    return one == other or (are_hashes and long.startswith(short))


def _effect(reason: Reason, kind: ChangeKind, override: Override | None) -> Effect:
    if reason.weight is not Weight.BLOCKS:
        return Effect(reason.weight.value)
    if kind in reason.passes:
        return Effect.EXCEPTED
    if override is not None and reason.may_be_overridden:
        return Effect.OVERRIDDEN
    return Effect.BLOCKS
