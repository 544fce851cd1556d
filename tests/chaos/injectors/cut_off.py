"""`python -m tests.chaos.injectors.cut_off LINE`: injects, and dies by SIGKILL at that line of the injectors' own.

A line of 0 injects to the end and prints how many lines that took.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from datetime import timedelta
from types import FrameType
from typing import Any

from chaos.injectors.protocol import Plan, Reach


def main() -> None:
    last = int(sys.argv[1])
    given = json.load(sys.stdin)
    seconds = given["plan"].pop("expires_after")
    plan = Plan(**given["plan"], expires_after=None if seconds is None else timedelta(seconds=seconds))
    injector = importlib.import_module(f"chaos.injectors.{plan.kind}.injector").INJECTOR
    lines = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        if "/chaos/injectors/" not in frame.f_code.co_filename or "/tests/" in frame.f_code.co_filename:
            return None
        if event == "line":
            lines += 1
            if lines == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    injector.inject(plan=plan, reach=Reach(slug=given["slug"], config=given["config"]))
    sys.settrace(None)
    sys.stdout.write(f"{lines}\n")


if __name__ == "__main__":
    main()
