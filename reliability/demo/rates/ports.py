"""Where the service, its proxy and the proxy's API listen. Kept, since targets and experiments name them."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from reliability.supervision.places import demo_host


@dataclass(frozen=True, slots=True)
class Ports:
    """service: asked by nobody but the proxy. proxy: what customers ask. api: what injectors ask."""

    service: int
    proxy: int
    api: int

    @property
    def url(self) -> str:
        return f"http://{demo_host()}:{self.proxy}/rates"

    @property
    def api_url(self) -> str:
        return f"http://{demo_host()}:{self.api}"


def directory_of(data_dir: Path) -> Path:
    return data_dir / "demo-rates"


def read(data_dir: Path) -> Ports | None:
    """None before the first start, and when the file is none of ours."""
    try:
        return Ports(**json.loads(_file(data_dir).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def settle(data_dir: Path) -> tuple[Ports | None, Ports]:
    """(those of before, those from now on): the same ones as long as nobody else listens there."""
    before = read(data_dir)
    if before is not None and all(_is_free(port) for port in asdict(before).values()):
        return before, before
    chosen = Ports(*_free(3))
    directory_of(data_dir).mkdir(parents=True, exist_ok=True)
    _file(data_dir).write_text(json.dumps(asdict(chosen)))
    return before, chosen


def _file(data_dir: Path) -> Path:
    return directory_of(data_dir) / "ports.json"


def _is_free(port: int) -> bool:
    try:
        _bound(port).close()
    except OSError:
        return False
    return True


def _free(count: int) -> list[int]:
    sockets = [_bound(0) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((demo_host(), port))
    except OSError:
        made.close()
        raise
    return made
