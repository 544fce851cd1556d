"""Fills a file system with one file that is named by its fault."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

from chaos.injectors.disk import places
from chaos.injectors.disk.sizes import MEBIBYTE, bytes_to_fill, space_of
from chaos.injectors.machine.injecting import DURATION, MachineInjector
from chaos.injectors.machine.notes import Note
from chaos.injectors.protocol import Action, Argument, InjectorError, Json, Plan, Verification

_STEP = 64 * MEBIBYTE  # between two steps it can be interrupted


class DiskInjector(MachineInjector):
    """The file's name carries the key: it is found and removed without a note, also after a reboot."""

    kind = "disk"
    title = "File system of a machine"
    target_fields = (
        Argument("directory", "text", "where the file is put; its file system fills", is_required=True),
        Argument("floor_mebibytes", "integer", "so many MiB always stay free", default=256, least=1, most=10_000_000),
        Argument(
            "may_be_system", "boolean", "whether it may be the file system of / or a system directory", default=False
        ),
    )
    actions: ClassVar[Mapping[str, Action]] = {
        "fill": Action(
            "fill",
            "Fill it: programs that write get no space",
            (
                Argument("used_percent", "number", "up to so many percent in use", least=1, most=100),
                Argument("mebibytes", "integer", "or by so many MiB", least=1, most=10_000_000),
                DURATION,
            ),
        )
    }

    def works_here(self) -> str:
        return "" if sys.platform == "linux" else "file systems are filled on Linux only"

    def problems_of_target(self, config: Json) -> list[str]:
        problems = super().problems_of_target(config)
        if not problems:
            why = places.problem(str(config["directory"]), may_be_system=bool(config.get("may_be_system")))
            problems += [why] if why else []
        return problems

    def undo_of(self, *, action: str, fault_key: str, arguments: Json, config: Json) -> dict[str, Any]:
        if ("used_percent" in arguments) == ("mebibytes" in arguments):
            raise InjectorError("fill needs either used_percent or mebibytes", is_permanent=True)
        return {"directory": config["directory"], "file": _name(fault_key)}

    def seen(self, config: Mapping[str, Any]) -> list[str]:
        with places.opened(config) as directory:
            places.check_file_system(directory, config=config)
            found = space_of(directory)
            is_writable = os.access(str(config["directory"]), os.W_OK | os.X_OK)
        if not is_writable:
            raise InjectorError(f"no file can be made in {config['directory']}: it is not ours to write")
        free, total = found.free // MEBIBYTE, found.total // MEBIBYTE
        return [f"{config['directory']} is there: {free:,} of {total:,} MiB are free"]

    def put(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> dict[str, Any]:
        with places.opened(config) as directory:
            places.check_file_system(directory, config=config)
            size = bytes_to_fill(
                space_of(directory), arguments=plan.arguments, floor_mebibytes=config["floor_mebibytes"]
            )
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
                descriptor = os.open(_name(plan.fault_key), flags, 0o600, dir_fd=directory)
            except OSError as error:
                raise InjectorError(f"no file can be made in {config['directory']}: {error.strerror}") from error
            try:
                for offset in range(0, size, _STEP):
                    os.posix_fallocate(descriptor, offset, min(_STEP, size - offset))
            except OSError as error:
                raise InjectorError(
                    f"the file system gave less than {size // MEBIBYTE} MiB: {error.strerror}"
                ) from error
            finally:
                os.close(descriptor)
            return {"bytes": size, "free_bytes": space_of(directory).free}

    def take(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> None:
        with places.opened_again(plan.undo["directory"]) as directory:
            if directory is None or not _is_there(plan, directory):
                return
            try:
                os.unlink(_name(plan.fault_key), dir_fd=directory)
            except FileNotFoundError:
                return
            except OSError as error:
                raise InjectorError(f"{_name(plan.fault_key)} cannot be removed: {error.strerror}") from error

    def look(self, *, noted: Json, plan: Plan, config: Mapping[str, Any]) -> Verification:
        with places.opened_again(plan.undo["directory"]) as directory:
            if directory is None:
                return Verification(is_gone=True, how="its directory is gone")
            free = f"{space_of(directory).free // MEBIBYTE} MiB are free"
            if _is_there(plan, directory):
                return Verification(is_gone=False, how=f"{_name(plan.fault_key)} is still there; {free}")
            return Verification(is_gone=True, how=f"its file is gone; {free}")


def _name(key: str) -> str:
    return f".reliability-fill-{key}"


def _is_there(plan: Plan, directory: int) -> bool:
    """Whether the file is. What has its name and is no file of ours is none of ours. Raises InjectorError."""
    try:
        found = os.stat(_name(plan.fault_key), dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise InjectorError(f"{_name(plan.fault_key)} cannot be seen: {error.strerror}") from error
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()


INJECTOR = DiskInjector()
