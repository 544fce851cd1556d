"""The agent of this machine, standing by for runs of experiments: `python -m reliability.agent`.

`manage.py chaos agent` is the same without standing by: more than twice the memory while there is nothing to do, and
a second or two less until the first run begins.
"""

from __future__ import annotations

import logging.config
import os
import signal
from types import FrameType

from django.apps import apps

from chaos.runs.supervision.standby import Standby, agent_command
from reliability import settings


def main() -> None:
    logging.config.dictConfig(settings.LOGGING)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reliability.settings")
    apps.populate(())  # none: it reads two tables without models
    standby = Standby(name=settings.CHAOS_AGENT)

    def note(number: int, frame: FrameType | None) -> None:
        standby.end()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    if standby.wait():
        command = agent_command(name=settings.CHAOS_AGENT, instance=standby.instance)
        os.execv(command[0], command)  # noqa: S606  our own command line; the supervisor sees one process


if __name__ == "__main__":
    main()
