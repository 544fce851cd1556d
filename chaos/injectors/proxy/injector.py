"""Faults in our own proxy, which takes each back by itself when its time is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from chaos.injectors.protocol import Action
from chaos.injectors.toxiproxy.actions import BYTE_ACTIONS, toxic_of
from chaos.injectors.toxiproxy.fields import DURATION
from chaos.injectors.toxiproxy.injecting import ToxicInjector, ToxicOf


class ProxyInjector(ToxicInjector):
    """`down` is a toxic here, so that it has a deadline and leaves alone who else disabled the proxy."""

    kind = "proxy"
    title = "Our proxy"
    actions: ClassVar[Mapping[str, Action]] = {
        name: replace(action, arguments=(*action.arguments, DURATION)) for name, action in BYTE_ACTIONS.items()
    }

    def toxic_of(self, action: str, arguments: Mapping[str, Any]) -> ToxicOf:
        return ToxicOf(type="down") if action == "down" else toxic_of(action, arguments)


INJECTOR = ProxyInjector()
