"""What stress-ng is told for each action. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from chaos.injectors.protocol import InjectorError

MEBIBYTE = 1024 * 1024
# Names are kept, since a changed one would overwrite the environment that carries the key. What the kernel ends for
# lack of memory stays ended.
_ALWAYS = ("--keep-name", "--oomable", "--quiet")


def command(*, action: str, arguments: Mapping[str, Any], memory_bytes: int = 0, directory: str = "") -> Sequence[str]:
    """memory_bytes: how much the memory action takes.

    directory: where the disk action writes. stress-ng wants one that it may write to for every action.
    """
    match action:
        case "cpu":
            what = ["--cpu", str(arguments["workers"]), "--cpu-load", str(arguments["load_percent"])]
        case "memory":
            what = ["--vm", "1", "--vm-bytes", f"{memory_bytes}b", "--vm-method", "zero-one", "--vm-hang", "0"]
        case _:
            size = f"{arguments['mebibytes']}m"
            what = ["--hdd", str(arguments["workers"]), "--hdd-bytes", size, "--hdd-opts", "wr-rnd,fsync"]
    return ["stress-ng", *what, *_ALWAYS, "--temp-path", directory, "--timeout", f"{math.ceil(arguments['duration'])}s"]


def memory_to_take(*, available_bytes: int, percent: int, floor_mebibytes: int) -> int:
    """A share of what programs could still get, leaving the floor. Raises InjectorError when that leaves nothing."""
    taken = min(available_bytes * percent // 100, available_bytes - floor_mebibytes * MEBIBYTE)
    if taken < MEBIBYTE:
        raise InjectorError(
            f"only {available_bytes // MEBIBYTE} MiB of memory are available, and {floor_mebibytes} MiB stay free: "
            "lower the target's memory_floor_mebibytes",
            is_permanent=True,
        )
    return taken
