"""Drops, loses or delays packets in a network namespace."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

from chaos.injectors.machine import programs
from chaos.injectors.machine.injecting import DURATION, MachineInjector
from chaos.injectors.machine.notes import Note
from chaos.injectors.packet import rules
from chaos.injectors.packet.space import Space
from chaos.injectors.protocol import Action, Argument, InjectorError, Json, Plan, Verification

_NEEDED = ("ip", "iptables", "ip6tables", "tc")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_WHICH = (
    Argument("protocol", "choice", "of which packets", default="any", choices=("any", "tcp", "udp")),
    Argument("port", "integer", "the port of the service they go to", least=1, most=65535),
    Argument("address", "text", "the other end: an address or a network"),
    Argument("direction", "choice", "which way they go", default="both", choices=("in", "out", "both")),
)


class PacketInjector(MachineInjector):
    """Rules carry the key as their comment, queues as their number: exactly those are removed."""

    kind = "packet"
    title = "Packets in a network namespace"
    target_fields = (
        Argument("namespace", "text", "the network namespace, as `ip netns` names it"),
        Argument("is_own_namespace", "boolean", "instead: the machine's own, which the agent uses too", default=False),
        Argument("interface", "text", "whose packets are delayed; without one there is no delay"),
    )
    actions: ClassVar[Mapping[str, Action]] = {
        "drop": Action("drop", "Drop packets: the other end seems gone", (*_WHICH, DURATION)),
        "loss": Action(
            "loss",
            "Lose some packets",
            (
                Argument("percent", "number", "how many of a hundred", is_required=True, least=0.01, most=100),
                *_WHICH,
                DURATION,
            ),
        ),
        "delay": Action(
            "delay",
            "Delay what the interface sends",
            (
                Argument("milliseconds", "integer", "by how much", is_required=True, least=1, most=60_000),
                Argument("jitter_milliseconds", "integer", "more or less", default=0, least=0, most=60_000),
                DURATION,
            ),
        ),
    }

    def works_here(self) -> str:
        if sys.platform != "linux":
            return "packets are dropped on Linux only"
        missing = [name for name in _NEEDED if programs.found(name) is None]
        if missing:
            return f"{', '.join(missing)} not installed: apt-get install iproute2 iptables"
        return "" if os.geteuid() == 0 else "only an agent of root may change rules for packets"

    def problems_of_target(self, config: Json) -> list[str]:
        problems = super().problems_of_target(config)
        if bool(config.get("namespace")) == bool(config.get("is_own_namespace")):
            problems.append("name a namespace, or set is_own_namespace if you mean that of the machine")
        for field in ("namespace", "interface"):
            if config.get(field) and not _NAME.fullmatch(str(config[field])):
                problems.append(f"{field} is no name of one: {str(config[field])[:80]!r}")
        return problems

    def undo_of(self, *, action: str, fault_key: str, arguments: Json, config: Json) -> dict[str, Any]:
        """Where it was done, should the target be edited in between."""
        place = {"namespace": config.get("namespace", "")}
        if action == "delay":
            if not config.get("interface"):
                raise InjectorError("a delay needs a target with an interface", is_permanent=True)
            return {**place, "interface": config["interface"]}
        rules.check(arguments)
        if config["is_own_namespace"] and "port" not in arguments and "address" not in arguments:
            raise InjectorError(
                "in the machine's own namespace name a port or an address: else the agent is cut off", is_permanent=True
            )
        return place

    def seen(self, config: Mapping[str, Any]) -> list[str]:
        space = Space(str(config.get("namespace") or ""))
        if not space.is_there():
            raise InjectorError(f"there is no network namespace {space.namespace}: is the target up?")
        words = [f"the network namespace {space.namespace} is there" if space.namespace else "it is the machine's own"]
        interface = str(config.get("interface") or "")
        if interface:
            if not space.queues(interface):
                raise InjectorError(f"it has no interface {interface}: delays need one")
            words.append(f"it has the interface {interface}")
        return words

    def put(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> dict[str, Any]:
        space = Space(plan.undo["namespace"])
        if not space.is_there():
            raise InjectorError(f"there is no network namespace {space.namespace}: is the target up?")
        if plan.action == "delay":
            return {"queue": _delay(space, note=note, plan=plan)}
        done = []
        for program, rule in rules.rules(arguments=plan.arguments, key=plan.fault_key):
            space.rules(program, ["-I", *rule], note=note)
            done.append(f"{program} -I {' '.join(rule)}")
        return {"rules": done}

    def take(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> None:
        space = Space(plan.undo["namespace"])
        if not space.is_there():
            return
        if plan.action == "delay":
            interface = plan.undo["interface"]
            if rules.is_delaying(space.queues(interface), key=plan.fault_key):
                handle = rules.handle(plan.fault_key)
                space.run(["tc", "qdisc", "del", "dev", interface, "root", "handle", handle], note=note)
            return
        for program in rules.FAMILIES.values():
            for rule in rules.of_fault(space.rules(program, ["-S"]), key=plan.fault_key):
                space.rules(program, ["-D", *rule], note=note)

    def look(self, *, noted: Json, plan: Plan, config: Mapping[str, Any]) -> Verification:
        space = Space(plan.undo["namespace"])
        if not space.is_there():
            return Verification(is_gone=True, how=f"the namespace {space.namespace} is gone, and its rules with it")
        if plan.action == "delay":
            if rules.is_delaying(space.queues(plan.undo["interface"]), key=plan.fault_key):
                return Verification(is_gone=False, how=f"{plan.undo['interface']} still delays")
            return Verification(is_gone=True, how=f"{plan.undo['interface']} has no queue of this fault")
        left = [
            rule
            for program in rules.FAMILIES.values()
            for rule in rules.of_fault(space.rules(program, ["-S"]), key=plan.fault_key)
        ]
        if left:
            return Verification(is_gone=False, how=f"{len(left)} rules are left: {' '.join(left[0])}")
        return Verification(is_gone=True, how="no rule of it is left")


def _delay(space: Space, *, note: Note, plan: Plan) -> str:
    interface, milliseconds = plan.undo["interface"], plan.arguments["milliseconds"]
    jitter = plan.arguments["jitter_milliseconds"]
    words = ["netem", "delay", f"{milliseconds}ms", *([f"{jitter}ms"] if jitter else [])]
    handle = rules.handle(plan.fault_key)
    try:
        space.run(["tc", "qdisc", "add", "dev", interface, "root", "handle", handle, *words], note=note)
    except InjectorError as error:
        if "kind is unknown" in str(error):
            raise InjectorError(
                "this kernel cannot delay packets: it has no netem (module sch_netem)", is_permanent=True
            ) from error
        raise
    return " ".join([handle, *words])


INJECTOR = PacketInjector()
