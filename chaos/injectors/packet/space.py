"""Programs run inside a target's network namespace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chaos.injectors.machine import programs
from chaos.injectors.machine.notes import Note
from chaos.injectors.protocol import InjectorError

_NAMED = Path("/run/netns")
_WAIT_SECONDS = "5"  # for whoever else changes rules just now


@dataclass(frozen=True, slots=True)
class Space:
    """namespace: as `ip netns` names it; blank: the machine's own."""

    namespace: str

    def is_there(self) -> bool:
        return not self.namespace or (_NAMED / self.namespace).exists()

    def run(self, argv: Sequence[str], *, note: Note | None = None) -> str:
        """Raises InjectorError."""
        inside = ["ip", "netns", "exec", self.namespace] if self.namespace else []
        return programs.run([*inside, *argv], note=note)

    def rules(self, program: str, arguments: Sequence[str], *, note: Note | None = None) -> str:
        """What iptables or ip6tables says."""
        return self.run([program, "-w", _WAIT_SECONDS, *arguments], note=note)

    def queues(self, interface: str) -> str:
        """What `tc` lists for an interface; blank when there is none of that name."""
        try:
            return self.run(["tc", "qdisc", "show", "dev", interface])
        except InjectorError as error:
            if "Cannot find device" in str(error):
                return ""
            raise
