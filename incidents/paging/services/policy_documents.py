"""An escalation policy as one document, as the API and files write it: brought about as a whole, again and again.

{"title": "Payments, urgent", "team": "payments", "repeat": 2, "ack_timeout": "30m", "is_default": true,
 "steps": [{"delay": "5m", "targets": [{"schedule": "payments-primary"}]},
           {"delay": "10m", "round_robin": true, "targets": [{"user": "ann@example.org"}, {"team": "payments"}]}],
 "last_resort": {"delay": "15m", "targets": [{"channel": "payments-chat"}]}, "services": ["checkout"]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import transaction

from incidents.oncall.declared import Applied
from incidents.paging.domain.frozen import TargetKind
from incidents.paging.domain.policies import PolicyDraft, StepDraft, TargetDraft
from incidents.paging.models import EscalationPolicy, StepTarget
from incidents.paging.selectors.drafts import draft_of
from incidents.paging.selectors.frozen import frozen_target
from incidents.paging.selectors.names import Names
from incidents.paging.selectors.policies import with_steps
from incidents.paging.selectors.simulation_warnings import WarningKind, warnings_of
from incidents.paging.services import policies
from reliability.access.domain.caller import Caller, Role
from reliability.access.selectors.teams import writable_teams
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.kit.durations import DurationError, parse_duration
from reliability.web.errors import Invalid

KNOWN = (
    "title", "team", "description", "repeat", "ack_timeout", "is_default", "steps", "last_resort", "services",
)  # fmt: skip
_STEP = ("delay", "round_robin", "targets")
_TARGET = ("user", "schedule", "team", "channel", "hidden")
_LAST_RESORT_DELAY = "30m"
_MINUTE = timedelta(minutes=1)
_SAID_OF_SCHEDULES = frozenset({WarningKind.GAP})


@dataclass(frozen=True, slots=True)
class Stored:
    """change: added, changed or unchanged; details: the names of the fields that differ."""

    policy: EscalationPolicy
    change: str
    details: tuple[str, ...] = ()


def put(
    *,
    caller: Caller,
    slug: str,
    document: Mapping[str, Any],
    now: datetime,
    expected_revision: int | None = None,
    reason: str = "",
) -> Stored:
    """Create or change the policy *slug* to be as *document* says. What it leaves out stays (or is the default).

    Raises Invalid with the path of every mistake, Forbidden, NotFound, Conflict.
    """
    with transaction.atomic():
        readable = EscalationPolicy.objects.readable_by(caller)
        stored = with_steps(readable).filter(slug=slug).first()
        if stored is not None:
            require(caller=caller, team_id=stored.team_id, role=Role.EDITOR)
        draft = _Reader(caller, slug, document, stored).draft()
        if stored is None:
            made = policies.create(caller=caller, draft=draft, now=now, reason=reason)
            return Stored(made, "added")
        before = draft_of(policy=stored)
        changed = policies.update(
            caller=caller, policy=stored, draft=draft, now=now, reason=reason, expected_revision=expected_revision
        )
        after = draft_of(policy=changed)
        fields = tuple(name for name in before.__dataclass_fields__ if getattr(before, name) != getattr(after, name))
        return Stored(changed, "changed" if fields else "unchanged", fields)


def apply(*, caller: Caller, name: str, spec: Mapping[str, Any], now: datetime) -> Applied:
    """A document of the kind EscalationPolicy."""
    stored = put(caller=caller, slug=name, document=spec, now=now, reason="applied from a file")
    found = warnings_of(caller=caller, policy=stored.policy, now=now)
    told = tuple(one.text for one in found if one.kind not in _SAID_OF_SCHEDULES and one.tone == "warn")
    return Applied("EscalationPolicy", name, stored.change, stored.details, told)


class _Reader:
    """Reads one document, collecting mistakes by their paths."""

    def __init__(self, caller: Caller, slug: str, document: Mapping[str, Any], stored: EscalationPolicy | None) -> None:
        self.caller = caller
        self.slug = slug
        self.document = document
        self.stored = stored
        self.before = draft_of(policy=stored) if stored else None
        self.mistakes: list[tuple[str, str]] = []

    def draft(self) -> PolicyDraft:
        self._known(self.document, KNOWN, "")
        draft = PolicyDraft(
            slug=self.slug,
            title=self._text("title")
            or (self.before.title if self.before else self.slug.replace("-", " ").capitalize()),
            team_id=self._team_id(),
            description=self._text("description"),
            repeat=self._whole("repeat", 0),
            ack_timeout_minutes=self._ack_timeout(),
            is_team_default=self._yes("is_default", "is_team_default"),
            steps=self._steps(),
            last_resort=self._last_resort(),
            service_ids=self._service_ids(),
        )
        if self.mistakes:
            raise Invalid(details=[{"field": path, "message": message} for path, message in self.mistakes])
        return draft

    def _before(self, name: str, default: Any) -> Any:
        return getattr(self.before, name) if self.before else default

    def _text(self, name: str) -> str:
        value = self.document.get(name, self._before(name, ""))
        if not isinstance(value, str):
            self.mistakes.append((name, "must be text"))
            return ""
        return value.strip()

    def _whole(self, name: str, default: int) -> int:
        value = self.document.get(name, self._before(name, default))
        if isinstance(value, bool) or not isinstance(value, int):
            self.mistakes.append((name, "must be a whole number"))
            return default
        return value

    def _yes(self, name: str, stored_name: str) -> bool:
        value = self.document.get(name, self._before(stored_name, False))
        if not isinstance(value, bool):
            self.mistakes.append((name, "must be true or false"))
        return value is True

    def _team_id(self) -> int:
        slug = self.document.get("team")
        if self.stored is not None:
            if slug not in (None, self.stored.team.slug):
                self.mistakes.append(("team", f"a policy stays with its team, {self.stored.team.slug}: make a new one"))
            return self.stored.team_id
        teams = writable_teams(caller=self.caller)
        if slug is None:
            own = list(teams.order_by("pk").values_list("pk", flat=True)[:2])
            if len(own) == 1:
                return own[0]
            words = "is required: name the slug of a team in which you are editor"
            raise Invalid(details=[{"field": "team", "message": words}])
        found = teams.filter(slug=str(slug)[:63]).first()
        if found is None:
            words = f"{str(slug)[:63]!r} is no team in which you are editor: name one, or ask for the role"
            raise Invalid(details=[{"field": "team", "message": words}])
        return found.pk

    def _ack_timeout(self) -> int | None:
        if "ack_timeout" not in self.document:
            minutes: int | None = self._before("ack_timeout_minutes", None)
            return minutes
        value = self.document["ack_timeout"]
        return None if value is None else self._minutes(value, "ack_timeout")

    def _minutes(self, value: object, path: str) -> int:
        """`5m`, `1h30m`, or a number of minutes."""
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        try:
            duration = parse_duration(value if isinstance(value, str) else repr(value))
        except DurationError as error:
            self.mistakes.append((path, str(error)))
            return 1
        if duration % _MINUTE:
            self.mistakes.append((path, "must be whole minutes, such as 5m"))
        return duration // _MINUTE

    def _steps(self) -> tuple[StepDraft, ...]:
        if "steps" not in self.document:
            if self.before is None:
                self.mistakes.append(("steps", "are required: say whom to tell first"))
            steps: tuple[StepDraft, ...] = self._before("steps", ())
            return steps
        written = self.document["steps"]
        if not isinstance(written, list):
            self.mistakes.append(("steps", "must be a list"))
            return ()
        return tuple(self._step(entry, f"steps[{index}]", None) for index, entry in enumerate(written))

    def _last_resort(self) -> StepDraft | None:
        if "last_resort" not in self.document:
            step: StepDraft | None = self._before("last_resort", None)
            return step
        written = self.document["last_resort"]
        return None if written is None else self._step(written, "last_resort", _LAST_RESORT_DELAY)

    def _step(self, written: object, path: str, default_delay: str | None) -> StepDraft:
        if not isinstance(written, Mapping):
            self.mistakes.append((path, f"must have {', '.join(_STEP)}"))
            return StepDraft(1, ())
        self._known(written, _STEP, path)
        delay = written.get("delay", default_delay)
        if delay is None:
            self.mistakes.append((f"{path}.delay", "is required: how long the step has, such as 5m"))
            delay = "1m"
        round_robin = written.get("round_robin", False)
        if not isinstance(round_robin, bool):
            self.mistakes.append((f"{path}.round_robin", "must be true or false"))
        targets = written.get("targets", [])
        if not isinstance(targets, list):
            self.mistakes.append((f"{path}.targets", "must be a list"))
            targets = []
        read = [self._target(entry, f"{path}.targets[{index}]") for index, entry in enumerate(targets)]
        found = tuple(target for target in read if target is not None)
        return StepDraft(self._minutes(delay, f"{path}.delay"), found, round_robin is True)

    def _target(self, written: object, path: str) -> TargetDraft | None:
        known = ", ".join(_TARGET[:-1])
        if not isinstance(written, Mapping) or len(written) != 1 or next(iter(written)) not in _TARGET:
            self.mistakes.append((path, f"must have exactly one of {known}"))
            return None
        [(noun, name)] = written.items()
        if noun == "hidden":
            return self._hidden_target(name, path)
        kind = TargetKind(noun)
        pk = self._names.id_of(kind, name) if isinstance(name, str) else None
        if pk is None:
            words = "person with this address" if kind is TargetKind.USER else kind.value
            self.mistakes.append((f"{path}.{noun}", f"there is no such {words}, or it is not yours to see"))
            return None
        return TargetDraft(kind, pk)

    def _hidden_target(self, reference: object, path: str) -> TargetDraft | None:
        """One that the policy names already and that this caller cannot see: it stays."""
        rows = StepTarget.objects.filter(step__policy=self.stored) if self.stored else StepTarget.objects.none()
        row = rows.filter(pk=reference).first() if isinstance(reference, int) else None
        if row is None:
            self.mistakes.append((f"{path}.hidden", "the policy has no such target any more: read it again"))
            return None
        target = frozen_target(row)
        return TargetDraft(target.kind, target.id)

    def _service_ids(self) -> frozenset[int]:
        if "services" not in self.document:
            stored_ids: frozenset[int] = self._before("service_ids", frozenset())
            return stored_ids
        names = self.document["services"]
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self.mistakes.append(("services", "must be a list of names of services"))
            return frozenset()
        found = dict(Service.objects.readable_by(self.caller).filter(name__in=names).values_list("name", "pk"))
        for index, name in enumerate(names):
            if name not in found:
                words = "there is no such service, or it is not yours to see"
                self.mistakes.append((f"services[{index}]", words))
        return frozenset(found.values())

    def _known(self, written: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
        for name in written:
            if name not in known:
                words = f"is not known here: known are {', '.join(known)}"
                self.mistakes.append((f"{path}.{name}".lstrip("."), words))

    @cached_property
    def _names(self) -> Names:
        steps = self.document.get("steps")
        every = [*(steps if isinstance(steps, list) else []), self.document.get("last_resort")]
        written = [step.get("targets") for step in every if isinstance(step, Mapping)]
        before = self.before.placed_steps() if self.before else ()
        people = {target.id for _, step in before for target in step.targets if target.kind is TargetKind.USER}
        return Names(caller=self.caller, written=written, named=people)
