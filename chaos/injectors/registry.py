"""Every injector by its kind. One is added by a folder with an `injector.py`, an import and a name in the list here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chaos.injectors.clock.injector import INJECTOR as CLOCK
from chaos.injectors.disk.injector import INJECTOR as DISK
from chaos.injectors.dns.injector import INJECTOR as DNS
from chaos.injectors.http_fault.injector import INJECTOR as HTTP_FAULT
from chaos.injectors.packet.injector import INJECTOR as PACKET
from chaos.injectors.process.injector import INJECTOR as PROCESS
from chaos.injectors.protocol import Injector
from chaos.injectors.proxy.injector import INJECTOR as PROXY
from chaos.injectors.stress.injector import INJECTOR as STRESS
from chaos.injectors.toxiproxy.injector import INJECTOR as TOXIPROXY

_INJECTORS: dict[str, Injector] = {}


def register(injector: Injector) -> Injector:
    """Add one. Raises ValueError when another has its kind."""
    if _INJECTORS.setdefault(injector.kind, injector) is not injector:
        raise ValueError(f"there are two injectors {injector.kind!r}: choose another kind")
    return injector


def injectors() -> Mapping[str, Injector]:
    return MappingProxyType(_INJECTORS)


def get(kind: str) -> Injector:
    """Raises KeyError."""
    return _INJECTORS[kind]


_ALL: tuple[Injector, ...] = (
    TOXIPROXY,
    PROXY,
    HTTP_FAULT,
    DNS,
    PROCESS,
    STRESS,
    DISK,
    PACKET,
    CLOCK,
)
for _injector in _ALL:
    register(_injector)
