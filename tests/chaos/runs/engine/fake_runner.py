"""The fork server of runs that know the injector of tests, too: `python -m tests.chaos.runs.engine.fake_runner`."""

from __future__ import annotations

import sys

from chaos.runner.forkserver import main
from tests.chaos.runs.engine.fake import enroll

COMMAND = (sys.executable, "-P", "-m", "tests.chaos.runs.engine.fake_runner")

if __name__ == "__main__":
    enroll()
    sys.exit(main())
