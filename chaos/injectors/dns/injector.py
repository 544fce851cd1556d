"""Wrong answers for chosen names, in a proxy of ours with protocol dns."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, ClassVar

from chaos.injectors.protocol import Action, Argument, InjectorError
from chaos.injectors.toxiproxy.fields import DURATION, share
from chaos.injectors.toxiproxy.injecting import ToxicInjector, ToxicOf

_FOR = (
    Argument(
        "domain",
        "text",
        "the name it is about; *.example.org: every name below; blank: every name",
        most=253,
    ),
    share("queries"),
    DURATION,
)


def _action(name: str, title: str, *arguments: Argument) -> Action:
    return Action(name=name, title=title, arguments=(*arguments, *_FOR))


_ACTIONS = (
    _action("nxdomain", "The name does not exist"),
    _action("servfail", "The name server fails"),
    _action("refused", "The name server refuses"),
    _action(
        "address",
        "The name has a wrong address",
        Argument("address", "text", "IPv4 or IPv6; the other family has none", is_required=True, most=45),
        Argument(
            "record_ttl_seconds", "integer", "how long others may keep the answer", default=0, least=0, most=86_400
        ),
    ),
    _action("timeout", "The name server does not answer"),
    _action(
        "delay",
        "The name server answers late",
        Argument("delay_ms", "integer", "how much later", is_required=True, least=1, most=60_000),
    ),
    Action(name="down", title="The name server is down", arguments=(DURATION,)),
)


class DnsInjector(ToxicInjector):
    kind = "dns"
    title = "Names, in our DNS server"
    actions: ClassVar[Mapping[str, Action]] = {action.name: action for action in _ACTIONS}

    def toxic_of(self, action: str, arguments: Mapping[str, Any]) -> ToxicOf:
        if action == "down":
            return ToxicOf(type="down")
        attributes = {"effect": action, "domain": arguments.get("domain", "")}
        if action == "address":
            attributes |= {"address": _address(arguments["address"]), "record_ttl": arguments["record_ttl_seconds"]}
        if action == "delay":
            attributes["delay"] = arguments["delay_ms"]
        return ToxicOf(type="dns_fault", attributes=attributes, toxicity=arguments["share"])

    def check_proxy(self, proxy: Mapping[str, Any], *, name: str, url: str) -> None:
        if proxy.get("protocol") != "dns":
            raise InjectorError(
                f"proxy {name} is no name server: make it with protocol dns, at a proxy of ours",
                is_permanent=True,
            )


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise InjectorError(f"address must be an IPv4 or IPv6 address, got {text!r}", is_permanent=True) from error


INJECTOR = DnsInjector()
