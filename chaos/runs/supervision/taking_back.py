"""Taking faults back in the agent: the newest first, each until it was seen to be gone, for a bounded time."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from django.utils import timezone

from chaos.injectors.protocol import Injector, InjectorError, Reach
from chaos.injectors.registry import injectors
from chaos.runner.guarded import guarding_thread
from chaos.runs.domain.states import UndoState
from chaos.runs.supervision.faults import Fault

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
# An injection that was cut off may still be on its way to its target: it is looked for once more.
_SETTLES_SECONDS = 1.0
_LOOK_SECONDS = 0.1
_WAYS = 2  # with the secrets of then, and with those of now


class TakingBack:
    """Targets side by side, so that one that hangs holds no other up; on each the newest fault first.

    present: a target as it is now, None without it; its secrets, which may have changed since, are tried in turns with
    those of then. why_not: blank, or why this agent cannot take a fault back.
    """

    def __init__(
        self,
        *,
        faults: Sequence[Fault],
        present: Callable[[str], Reach | None],
        outbound: Sequence[str],
        why_not: Callable[[Fault], str],
        is_abandoned: threading.Event,
    ) -> None:
        self._faults = [fault for fault in faults if not fault.is_rollbacks and not fault.is_gone]
        self._present = present
        self._outbound = outbound
        self._why_not = why_not
        self._is_abandoned = is_abandoned
        self._is_over = threading.Event()
        self._tries: Counter[int] = Counter()

    def run(self, *, seconds: float, meanwhile: Callable[[], None]) -> list[Fault]:
        """Those that were not seen to be gone within *seconds*. meanwhile: called again and again until then."""
        by_target: dict[str, list[Fault]] = defaultdict(list)
        for fault in sorted(self._faults, key=lambda one: -one.number):
            by_target[fault.reach.slug].append(fault)
        threads = [
            threading.Thread(target=self._one_target, args=(faults,), name=f"undo {slug}", daemon=True)
            for slug, faults in by_target.items()
        ]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + seconds
        try:
            while any(thread.is_alive() for thread in threads) and time.monotonic() < deadline:
                if self._is_abandoned.is_set():
                    break
                for thread in threads:
                    thread.join(_LOOK_SECONDS / len(threads))
                meanwhile()
        finally:  # also when the run was lost meanwhile: its new holder goes on
            self._is_over.set()
        return [fault for fault in self._faults if not fault.is_gone]

    def _one_target(self, faults: Sequence[Fault]) -> None:
        pause = _FIRST_PAUSE
        hopeless: set[int] = set()
        with guarding_thread(allowed=self._outbound):
            while not self._is_over.is_set():
                for fault in faults:
                    if not fault.is_gone and fault.number not in hopeless and not self._try(fault):
                        hopeless.add(fault.number)
                if all(fault.is_gone or fault.number in hopeless for fault in faults):
                    return
                self._is_over.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _try(self, fault: Fault) -> bool:
        """Whether trying again may help."""
        fault.attempts += 1
        self._tries[fault.number] += 1
        problem = fault.problem or self._why_not(fault)
        injector = injectors().get(fault.plan.kind)
        if injector is None or problem:
            fault.error = problem or f"this agent knows no injector {fault.plan.kind}"
            return False
        try:
            self._undo(injector, fault)
        except InjectorError as error:
            fault.error = str(error)
            return not error.is_permanent or self._tries[fault.number] < _WAYS
        except Exception as error:  # a mistake in an injector must not leave the other faults in place
            fault.error = f"{type(error).__name__}: {error}"
        return True

    def _undo(self, injector: Injector, fault: Fault) -> None:
        reach = self._reach(fault)
        for is_last in (fault.is_confirmed, True):
            injector.undo(plan=fault.plan, reach=reach)
            if fault.undone_at is None:
                fault.undone_at = timezone.now()
            fault.state = UndoState.UNDONE
            seen = injector.verify(plan=fault.plan, reach=reach)
            if not seen.is_gone:
                fault.error = f"still in place: {seen.how}"
                return
            if is_last:
                fault.how, fault.error, fault.verified_at = seen.how, "", timezone.now()
                fault.state = UndoState.VERIFIED
                return
            self._is_over.wait(_SETTLES_SECONDS)

    def _reach(self, fault: Fault) -> Reach:
        """As it was when the fault was put in; at every second try with the secrets that the target has now."""
        present = self._present(fault.reach.slug) if fault.attempts % _WAYS == 0 else None
        return fault.reach if present is None else Reach(fault.reach.slug, fault.reach.config, present.secrets)
