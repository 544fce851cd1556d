"""Packets of a network namespace of its own; where none can be made, rules and lists are still checked."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chaos.injectors.machine import programs
from chaos.injectors.packet import rules
from chaos.injectors.packet.injector import INJECTOR
from chaos.injectors.protocol import InjectorError, Reach
from tests.chaos.injectors.faults import cuts, fault, wait

CHOSEN: dict[str, Any] = {"protocol": "tcp", "port": 80, "direction": "in"}
SERVER = (
    "import socket; s=socket.create_server(('127.0.0.1',0)); print(s.getsockname()[1],flush=True)\n"
    "while True: s.accept()[0].close()"
)
CLIENT = "import socket,sys; socket.create_connection(('127.0.0.1',int(sys.argv[1])),timeout=0.5).close()"


@pytest.fixture
def namespace() -> Iterator[str]:
    """One with only a loopback in it; only root can make one."""
    if INJECTOR.works_here():
        pytest.skip(INJECTOR.works_here())
    name = f"test{uuid.uuid4().hex[:10]}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode != 0:
        pytest.skip("no network namespace can be made here")
    try:
        inside(name, "ip", "link", "set", "lo", "up")
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def inside(namespace: str, *argv: str) -> str:
    done = subprocess.run(
        ["ip", "netns", "exec", namespace, *argv], capture_output=True, text=True, check=True, timeout=20
    )
    return done.stdout


def all_rules(namespace: str) -> str:
    return inside(namespace, "iptables", "-S") + inside(namespace, "ip6tables", "-S")


@contextmanager
def server(namespace: str) -> Iterator[int]:
    argv = ["ip", "netns", "exec", namespace, sys.executable, "-c", SERVER]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def answers(namespace: str, port: int) -> bool:
    argv = ["ip", "netns", "exec", namespace, sys.executable, "-S", "-c", CLIENT, str(port)]
    return subprocess.run(argv, capture_output=True, check=False, timeout=20).returncode == 0


def test_a_service_is_out_of_reach_until_it_is_taken_back(namespace: str) -> None:
    before = all_rules(namespace)
    with server(namespace) as port:
        assert answers(namespace, port)
        drop = fault(INJECTOR, "drop", {"namespace": namespace}, protocol="tcp", port=port, direction="in")
        drop.inject()
        assert not answers(namespace, port)
        assert not drop.is_gone
        drop.undo()
        drop.undo()
        assert answers(namespace, port)
    assert drop.is_gone
    assert all_rules(namespace) == before


def test_rules_of_others_stay(namespace: str) -> None:
    inside(namespace, "iptables", "-A", "INPUT", "-p", "tcp", "--dport", "80", "-j", "DROP")
    before = all_rules(namespace)
    ours, others = (fault(INJECTOR, "drop", {"namespace": namespace}, **CHOSEN) for _ in range(2))
    ours.inject()
    others.inject()
    ours.undo()
    assert ours.is_gone
    assert not others.is_gone
    others.undo()
    assert all_rules(namespace) == before


@pytest.mark.parametrize("percent", [0.01, 12.34, 33.333, 99.9, 100])
def test_a_share_of_packets_is_lost_and_its_rules_are_removed(namespace: str, percent: float) -> None:
    before = all_rules(namespace)
    loss = fault(INJECTOR, "loss", {"namespace": namespace}, percent=percent, address="127.0.0.1")
    said = loss.inject()
    assert len(said["rules"]) == 2, "in and out, of one family"
    assert not loss.is_gone
    loss.undo()
    assert loss.is_gone
    assert all_rules(namespace) == before


def test_rules_cut_off_anywhere_are_removed(namespace: str) -> None:
    config = {"namespace": namespace}
    before = all_rules(namespace)
    for line in cuts(fault(INJECTOR, "drop", config, **CHOSEN), number=6):
        drop = fault(INJECTOR, "drop", config, **CHOSEN)
        drop.inject_elsewhere(cut_at=line)
        drop.undo()
        assert drop.is_gone, f"cut off at line {line}"
        assert all_rules(namespace) == before


def test_the_deadline_removes_rules_although_whoever_made_them_is_dead(namespace: str) -> None:
    drop = fault(INJECTOR, "drop", {"namespace": namespace}, duration=1, **CHOSEN)
    drop.inject_elsewhere()
    wait(lambda: drop.is_gone)
    wait(lambda: not drop.is_watched)


def test_a_namespace_that_is_gone_took_its_rules_along() -> None:
    drop = fault(INJECTOR, "drop", {"namespace": "test-gone"}, **CHOSEN)
    drop.undo()
    assert drop.is_gone
    lost = fault(INJECTOR, "drop", {"namespace": "test-gone"}, **CHOSEN)
    with pytest.raises(InjectorError):  # no such namespace, or no root
        lost.inject()
    lost.undo()
    assert lost.is_gone


def test_a_delay_is_put_in_place_or_the_kernel_is_said_to_lack_it(namespace: str) -> None:
    delay = fault(INJECTOR, "delay", {"namespace": namespace, "interface": "lo"}, milliseconds=50)
    try:
        delay.inject()
    except InjectorError as error:
        assert "no netem" in str(error)  # noqa: PT017  either is right, by the kernel of the machine
    else:
        assert "delay 50" in inside(namespace, "tc", "qdisc", "show", "dev", "lo")
        assert not delay.is_gone
    delay.undo()
    assert delay.is_gone
    assert "netem" not in inside(namespace, "tc", "qdisc", "show", "dev", "lo")


def test_a_delay_is_one_queue_with_the_number_of_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a `tc` that keeps its queue in a file: kernels without netem are common in test machines."""
    queue, log = tmp_path / "queue", tmp_path / "log"
    queue.write_text("qdisc noqueue 0: root refcnt 2\n")
    (tmp_path / "tc").write_text(
        f'#!/bin/sh\necho "$@" >>{log}\n'
        f'case "$2" in show) cat {queue};; del) echo "qdisc noqueue 0: root refcnt 2" >{queue};;\n'
        f'add) echo "qdisc netem $7 root refcnt 2 limit 1000 delay 50ms" >{queue};; esac\n'
    )
    (tmp_path / "tc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{programs.PATH}")
    monkeypatch.setattr(type(INJECTOR), "works_here", lambda self: "")
    config = {"is_own_namespace": True, "interface": "none0"}
    delay = fault(INJECTOR, "delay", config, milliseconds=50, jitter_milliseconds=5)
    delay.inject()
    handle = rules.handle(delay.plan.fault_key)
    assert f"qdisc add dev none0 root handle {handle} netem delay 50ms 5ms" in log.read_text()
    assert not delay.is_gone
    other = fault(INJECTOR, "delay", config, milliseconds=50)
    other.undo()
    assert not delay.is_gone, "the queue has the number of another fault"
    delay.undo()
    assert delay.is_gone
    assert f"qdisc del dev none0 root handle {handle}" in log.read_text()


def test_rules_say_chain_match_and_key() -> None:
    arguments = {"protocol": "tcp", "port": 5432, "address": "10.0.0.0/8", "direction": "out", "percent": 12.5}
    assert list(rules.rules(arguments=arguments, key="run-1-2")) == [
        (
            "iptables",
            [
                "OUTPUT",
                "-p",
                "tcp",
                "-d",
                "10.0.0.0/8",
                "--dport",
                "5432",
                "-m",
                "statistic",
                "--mode",
                "random",
                "--probability",
                "0.125000",
                "-m",
                "comment",
                "--comment",
                "reliability:run-1-2",
                "-j",
                "DROP",
            ],
        )
    ]
    both = list(rules.rules(arguments={"protocol": "any", "direction": "both"}, key="k"))
    assert [(program, rule[0]) for program, rule in both] == [
        ("iptables", "INPUT"),
        ("iptables", "OUTPUT"),
        ("ip6tables", "INPUT"),
        ("ip6tables", "OUTPUT"),
    ]


def test_only_rules_with_the_whole_key_are_a_faults() -> None:
    listed = (
        "-P INPUT ACCEPT\n"
        '-A INPUT -p tcp -m comment --comment "reliability:run-1-2" -j DROP\n'
        "-A INPUT -p udp -m comment --comment reliability:run-1-2 -j DROP\n"
        '-A INPUT -m comment --comment "reliability:run-1-22" -j DROP\n'
        '-A INPUT -m comment --comment "see reliability:run-1-2" -j DROP\n'
    )
    assert [rule[2] for rule in rules.of_fault(listed, key="run-1-2")] == ["tcp", "udp"]


@pytest.mark.parametrize(
    ("config", "arguments", "words"),
    [
        ({}, {}, "name a namespace, or set is_own_namespace"),
        ({"namespace": "a", "is_own_namespace": True}, {}, "name a namespace, or set is_own_namespace"),
        ({"namespace": "../x"}, {}, "namespace is no name"),
        ({"is_own_namespace": True}, {}, "else the agent is cut off"),
        ({"namespace": "a"}, {"port": 80}, "a port needs protocol"),
        ({"namespace": "a"}, {"address": "example.org"}, "must be an address"),
        ({"namespace": "a"}, {"direction": "up"}, "must be one of in, out, both"),
    ],
)
def test_what_is_too_wide_or_not_understood_is_refused(
    config: dict[str, Any], arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(InjectorError, match=words):
        INJECTOR.plan(action="drop", fault_key="k", reach=Reach(slug="net", config=config), arguments=arguments)


def test_a_delay_needs_an_interface() -> None:
    reach = Reach(slug="net", config={"namespace": "a"})
    with pytest.raises(InjectorError, match="needs a target with an interface"):
        INJECTOR.plan(action="delay", fault_key="k", reach=reach, arguments={"milliseconds": 5})


def test_a_machine_without_the_programs_says_so_and_has_nothing_to_take_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "found", lambda name: None)
    assert "apt-get install iproute2 iptables" in INJECTOR.works_here()
    drop = fault(INJECTOR, "drop", {"namespace": "a"}, **CHOSEN)
    with pytest.raises(InjectorError, match="not installed"):
        drop.inject()
    drop.undo()
    assert drop.is_gone
