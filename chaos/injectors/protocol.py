"""What every injector is. A fault is planned (pure), recorded by the caller, injected, taken back, and seen to be gone.

`undo` and `verify` may run any number of times, in another process than `inject`, also when `inject` never ran or was
cut off in its middle: they work from the target and the planned undo alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

Json = Mapping[str, Any]
# (address, headers) → (status, body): one HTTP GET, to where the platform may connect. Raises InjectorError.
Get = Callable[[str, Mapping[str, str]], tuple[int, bytes]]


class InjectorError(Exception):
    """What could not be done and what to change. `is_permanent`: trying again does not help."""

    def __init__(self, message: str, *, is_permanent: bool = False) -> None:
        super().__init__(message)
        self.is_permanent = is_permanent


@dataclass(frozen=True, slots=True)
class Reach:
    """A target as its injector needs it: `config` as the catalogue has it, `secrets` opened."""

    slug: str
    config: Json
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an action, or a field of a target's config.

    kind: text, integer, number, boolean, seconds or choice.
    """

    name: str
    kind: str
    help: str
    is_required: bool = False
    default: Any = None
    least: float | None = None
    most: float | None = None
    choices: Sequence[str] = ()
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    title: str
    arguments: Sequence[Argument]


@dataclass(frozen=True, slots=True)
class Plan:
    """One fault, decided and not yet injected.

    fault_key: unique, such as "run-12-3"; it names the fault at the target. undo: what `undo` and `verify` need besides
    the target, JSON, without secrets. expires_after: when the injector takes it back by itself; None: it cannot.
    """

    kind: str
    action: str
    fault_key: str
    arguments: Json
    undo: Json
    expires_after: timedelta | None


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the fault was seen to be gone, and how that was seen."""

    is_gone: bool
    how: str


class Injector(Protocol):
    @property
    def kind(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def target_fields(self) -> Sequence[Argument]: ...

    @property
    def actions(self) -> Mapping[str, Action]: ...

    @property
    def is_local(self) -> bool:
        """Whether only an agent on the target's own machine can do it."""
        ...

    def works_here(self) -> str:
        """Blank, or what this machine lacks, in words."""
        ...

    def problems_of_target(self, config: Json) -> list[str]: ...

    def look_at_target(self, *, reach: Reach, get: Get) -> Sequence[str]:
        """What can be seen of the target from this machine, in sentences; changes nothing.

        Raises InjectorError saying why no fault could be put into it now.
        """
        ...

    def plan(self, *, action: str, fault_key: str, reach: Reach, arguments: Json) -> Plan:
        """Pure: looks at nothing outside. Raises InjectorError naming the argument to change."""
        ...

    def inject(self, *, plan: Plan, reach: Reach) -> Json:
        """Put the fault in place, once for its key. Returns what to log. Raises InjectorError."""
        ...

    def undo(self, *, plan: Plan, reach: Reach) -> None:
        """Take it back. Nothing to take back is success. Raises InjectorError."""
        ...

    def verify(self, *, plan: Plan, reach: Reach) -> Verification: ...
