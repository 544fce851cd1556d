"""Faults in any Toxiproxy. It knows no deadlines: a fault stays until it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chaos.injectors.protocol import InjectorError, Json, Plan, Reach, Verification
from chaos.injectors.toxiproxy.actions import BYTE_ACTIONS, toxic_of
from chaos.injectors.toxiproxy.client import NoProxyError, ProxyApi
from chaos.injectors.toxiproxy.injecting import ToxicInjector, ToxicOf

# Marks that it was this fault that disabled the proxy: a toxic that hits nothing.
_MARK = ToxicOf(type="latency", attributes={"latency": 0, "jitter": 0}, toxicity=0.0)


class ToxiproxyInjector(ToxicInjector):
    """`down` disables the proxy. Taking it back enables it whoever disabled it: that is the side no harm comes from."""

    kind = "toxiproxy"
    title = "Toxiproxy"
    actions = BYTE_ACTIONS
    has_deadline = False

    def toxic_of(self, action: str, arguments: Mapping[str, Any]) -> ToxicOf:
        return _MARK if action == "down" else toxic_of(action, arguments)

    def inject(self, *, plan: Plan, reach: Reach) -> Json:
        if plan.action != "down":
            return super().inject(plan=plan, reach=reach)
        api = self.api(plan, reach)
        if not api.is_enabled() and api.toxic(plan.fault_key) is None:
            raise InjectorError(f"proxy {plan.undo['proxy']} is disabled already: nothing would be tried out")
        said = super().inject(plan=plan, reach=reach)
        api.enable(is_enabled=False)
        return said

    def undo(self, *, plan: Plan, reach: Reach) -> None:
        api = self.api(plan, reach)
        if plan.action == "down":
            with suppress(NoProxyError):
                api.enable(is_enabled=True)
        api.remove_toxic(plan.fault_key)

    def seen_without(self, api: ProxyApi, plan: Plan) -> Verification:
        if plan.action == "down" and not api.is_enabled():
            return Verification(is_gone=False, how=f"proxy {plan.undo['proxy']} is disabled")
        return super().seen_without(api, plan)


INJECTOR = ToxiproxyInjector()
