"""What the watchers of one agent have in common."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from chaos.injectors.registry import injectors
from chaos.runs.services.undoing import ROLLBACKS
from chaos.runs.supervision.forkserver import ForkServer
from chaos.runs.supervision.rush import Rush

_PROBES_AT_ONCE = 8
_SEPARATOR = "/"


@dataclass(slots=True)
class Office:
    """name: of the agent, blank for the default. instance: of this process, new at every start; it begins with the
    host. is_ending: nothing new begins. is_abandoned: what is not done by now is left to others."""

    name: str
    host: str = field(default_factory=lambda: socket.gethostname()[:120])
    instance: str = ""
    kinds: Sequence[str] = ()
    outbound: Sequence[str] = ()
    is_ending: threading.Event = field(default_factory=threading.Event)
    is_abandoned: threading.Event = field(default_factory=threading.Event)
    rush: Rush = field(default_factory=Rush)
    _probes: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_PROBES_AT_ONCE, thread_name_prefix="probe")
    )

    fork_server: ForkServer = field(init=False)

    def __post_init__(self) -> None:
        self.instance = self.instance or f"{self.host}{_SEPARATOR}{os.getpid()}-{secrets.token_hex(4)}"
        self.fork_server = ForkServer(instance=self.instance)
        self.kinds = self.kinds or [kind for kind, one in injectors().items() if not one.works_here()]

    def ask_for_probe(self, probe: Callable[[], None]) -> Future[None]:
        """Beside the watchers: a source that hangs must not hold up a stop."""
        return self._probes.submit(probe)

    def close(self) -> None:
        self.fork_server.close()
        self._probes.shutdown(wait=False, cancel_futures=True)

    def why_not(self, *, kind: str, agent: str, host: str) -> str:
        """Blank, or why faults of *kind* cannot be taken back here.

        agent: the name that the run asks for; host: where the fault was put in place.
        """
        injector = injectors().get(kind)
        is_local = kind == ROLLBACKS and agent != "" if injector is None else injector.is_local
        if not is_local or (self.name == agent if agent else self.host == host):
            return ""
        where = f"an agent named {agent}" if agent else f"an agent on {host or 'the same machine'}"
        return f"only {where} can take back what is of the kind {kind}"


def host_of(supervisor: str) -> str:
    """The host of an instance."""
    return supervisor.rpartition(_SEPARATOR)[0]
