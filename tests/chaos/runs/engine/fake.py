"""An injector whose faults are files, and whose every act leaves a line: what happened is counted from outside."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from chaos.injectors.protocol import Action, Argument, Get, InjectorError, Json, Plan, Reach, Verification
from chaos.injectors.registry import injectors, register

KIND = "file"


class FileInjector:
    """A target is a directory. In it `faults/` holds those in place, `log` a line for each act; `refuse` makes undo
    fail, `token` holds the one that undo has to have. slow: seconds that each act takes."""

    kind = KIND
    title = "Files, for tests"
    is_local = False
    target_fields = (
        Argument("directory", "text", "where", is_required=True),
        Argument("slow", "seconds", "that each act takes", default=0),
        Argument("token", "text", "any", is_secret=True),
    )
    actions: ClassVar[Mapping[str, Action]] = {
        "put": Action("put", "Put a file there", (Argument("word", "text", "what it says", default="fault"),)),
        "fail": Action("fail", "Does nothing but fail", ()),
    }

    def works_here(self) -> str:
        return ""

    def problems_of_target(self, config: Json) -> list[str]:
        return [] if config.get("directory") else ["directory is missing"]

    def look_at_target(self, *, reach: Reach, get: Get) -> list[str]:
        return [f"{len(list(Place(reach).directory.iterdir()))} files are there"]

    def plan(self, *, action: str, fault_key: str, reach: Reach, arguments: Json) -> Plan:
        return Plan(self.kind, action, fault_key, dict(arguments), {"file": fault_key}, timedelta(minutes=10))

    def inject(self, *, plan: Plan, reach: Reach) -> Json:
        place = Place(reach)
        place.log("begin", plan)
        if plan.action == "fail":
            raise InjectorError("it was to fail")
        place.dawdle()
        place.file(plan).write_text(str(plan.arguments.get("word", "fault")))
        place.log("inject", plan)
        place.dawdle()
        return {"file": str(place.file(plan))}

    def undo(self, *, plan: Plan, reach: Reach) -> None:
        place = Place(reach)
        if (place.directory / "refuse").exists():
            raise InjectorError("it refuses")
        token = place.directory / "token"
        if token.exists() and token.read_text() != reach.secrets.get("token"):
            raise InjectorError("it does not take the token", is_permanent=True)
        place.dawdle()
        place.file(plan).unlink(missing_ok=True)
        place.log("undo", plan)
        place.dawdle()

    def verify(self, *, plan: Plan, reach: Reach) -> Verification:
        is_there = Place(reach).file(plan).exists()
        return Verification(is_gone=not is_there, how="the file is there" if is_there else "no file is there")


class Place:
    def __init__(self, reach: Reach) -> None:
        self.directory = Path(str(reach.config["directory"]))
        self._slow = float(reach.config.get("slow") or 0)

    def file(self, plan: Plan) -> Path:
        return self.directory / "faults" / str(plan.undo["file"])

    def log(self, word: str, plan: Plan) -> None:
        line = f"{word} {plan.fault_key} {time.time():.3f}\n".encode()
        descriptor = os.open(self.directory / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)  # one write: a process that is killed leaves no half a line
        finally:
            os.close(descriptor)

    def dawdle(self) -> None:
        time.sleep(self._slow)


def acts(directory: Path) -> list[tuple[str, str, float]]:
    """(what, fault key, when) in the order of the log."""
    log = directory / "log"
    rows: list[Any] = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return [(word, key, float(at)) for word, key, at in rows]


def enroll() -> None:
    if KIND not in injectors():
        register(FileInjector())
