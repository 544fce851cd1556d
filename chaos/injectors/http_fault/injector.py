"""Faults of single requests, in a proxy of ours with protocol http."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from chaos.injectors.protocol import Action, Argument, InjectorError
from chaos.injectors.toxiproxy.fields import DURATION, HOUR_MS, share
from chaos.injectors.toxiproxy.injecting import ToxicInjector, ToxicOf

_MATCH = (
    Argument("method", "text", "only requests of this method, such as POST", most=20),
    Argument("path", "text", "only requests of this path; * stands for any text, as in /api/*", most=300),
    share("requests"),
    DURATION,
)


class HttpFaultInjector(ToxicInjector):
    kind = "http_fault"
    title = "Requests, in our proxy"
    actions: ClassVar[Mapping[str, Action]] = {
        "status": Action(
            name="status",
            title="Requests are answered with an error",
            arguments=(
                Argument("status", "integer", "such as 500, 503 or 429", default=503, least=400, most=599),
                Argument(
                    "retry_after_seconds", "integer", "sent as Retry-After; 0: not", default=0, least=0, most=86_400
                ),
                *_MATCH,
            ),
        ),
        "delay": Action(
            name="delay",
            title="Requests are answered late",
            arguments=(
                Argument("delay_ms", "integer", "how much later", is_required=True, least=1, most=HOUR_MS),
                *_MATCH,
            ),
        ),
        "corrupt": Action(name="corrupt", title="Answers have a broken body", arguments=_MATCH),
    }

    def toxic_of(self, action: str, arguments: Mapping[str, Any]) -> ToxicOf:
        attributes = {
            "effect": action,
            "method": arguments.get("method", ""),
            "path": arguments.get("path", ""),
            **({"delay": arguments["delay_ms"]} if action == "delay" else {}),
        }
        if action == "status":
            attributes |= {"status": arguments["status"], "retry_after": arguments["retry_after_seconds"]}
        return ToxicOf(type="http_fault", attributes=attributes, toxicity=arguments["share"])

    def check_proxy(self, proxy: Mapping[str, Any], *, name: str, url: str) -> None:
        if proxy.get("protocol") != "http":
            raise InjectorError(
                f"proxy {name} does not read HTTP: make it with protocol http, at a proxy of ours",
                is_permanent=True,
            )


INJECTOR = HttpFaultInjector()
