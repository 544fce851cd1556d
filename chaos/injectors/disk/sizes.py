"""How much a fill takes: as asked, and never what must stay free."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chaos.injectors.protocol import InjectorError

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Space:
    """Of one file system, in bytes. free: what is free to its users, not to root alone."""

    total: int
    free: int


def space_of(descriptor: int) -> Space:
    found = os.fstatvfs(descriptor)
    return Space(total=found.f_blocks * found.f_frsize, free=found.f_bavail * found.f_frsize)


def bytes_to_fill(space: Space, *, arguments: Mapping[str, Any], floor_mebibytes: int) -> int:
    """Bytes to write. Raises InjectorError when that would leave less than the floor, or when it is that full already.

    used_percent counts what is in use of what users may use, as `df` does.
    """
    if "mebibytes" in arguments:
        wanted = int(arguments["mebibytes"]) * MEBIBYTE
    else:
        wanted = space.free - int(space.total * (100 - float(arguments["used_percent"])) / 100)
        if wanted <= 0:
            used = 100 * (1 - space.free / max(space.total, 1))
            raise InjectorError(f"the file system is {used:.0f} % full already: choose a higher used_percent")
    left = space.free - wanted
    if left < floor_mebibytes * MEBIBYTE:
        raise InjectorError(
            f"only {max(left, 0) // MEBIBYTE} MiB would stay free, and the target keeps {floor_mebibytes} MiB: "
            "fill less, or lower its floor_mebibytes",
            is_permanent=True,
        )
    return wanted
