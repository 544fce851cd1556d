"""Rules of iptables for a fault, and which of those listed are a fault's. Pure."""

from __future__ import annotations

import ipaddress
import shlex
import zlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from chaos.injectors.protocol import InjectorError

FAMILIES = {4: "iptables", 6: "ip6tables"}
_CHAINS = {"in": ("INPUT",), "out": ("OUTPUT",), "both": ("INPUT", "OUTPUT")}


def check(arguments: Mapping[str, Any]) -> None:
    """Raises InjectorError for arguments that do not go together."""
    if "port" in arguments and arguments["protocol"] == "any":
        raise InjectorError("a port needs protocol tcp or udp", is_permanent=True)
    if "address" in arguments:
        network(arguments["address"])


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise InjectorError(f"address must be an address or a network, got {text!r}", is_permanent=True) from error


def rules(*, arguments: Mapping[str, Any], key: str) -> Iterator[tuple[str, list[str]]]:
    """Each as (program, what follows the command): chain, match, comment, verdict.

    The port is that of the service: at the other end for what goes out, here for what comes in.
    """
    peer = network(arguments["address"]) if "address" in arguments else None
    for version in (4, 6) if peer is None else (peer.version,):
        for chain in _CHAINS[arguments["direction"]]:
            match: list[str] = []
            if arguments["protocol"] != "any":
                match += ["-p", arguments["protocol"]]
            if peer is not None:
                match += ["-s" if chain == "INPUT" else "-d", str(peer)]
            if "port" in arguments:
                match += ["--dport", str(arguments["port"])]
            if "percent" in arguments:
                share = f"{arguments['percent'] / 100:.6f}"
                match += ["-m", "statistic", "--mode", "random", "--probability", share]
            yield FAMILIES[version], [chain, *match, "-m", "comment", "--comment", comment(key), "-j", "DROP"]


def comment(key: str) -> str:
    return f"reliability:{key}"


def of_fault(listed: str, *, key: str) -> list[list[str]]:
    """Those of `iptables -S` that carry the key: what follows the command, to delete each."""
    found = []
    for line in listed.splitlines():
        words = shlex.split(line)
        carries = any(pair == ("--comment", comment(key)) for pair in pairwise(words))
        if carries and words[0] == "-A":
            found.append(words[1:])
    return found


def handle(key: str) -> str:
    """The number of the fault's queue, since queues carry no comments. 16 bits; ffff is the kernel's own."""
    return f"{1 + zlib.crc32(key.encode()) % 0xFFFE:x}:"


def is_delaying(listed: str, *, key: str) -> bool:
    """Whether `tc qdisc show` lists the fault's queue."""
    return any(line.split()[:4] == ["qdisc", "netem", handle(key), "root"] for line in listed.splitlines())
