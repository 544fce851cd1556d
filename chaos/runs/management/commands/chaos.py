from __future__ import annotations

import os
import signal
import threading
import time
from argparse import SUPPRESS, ArgumentParser
from datetime import datetime
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from chaos.experiments.selectors.experiments import experiment
from chaos.runs.domain.states import OPEN, Mode, State
from chaos.runs.models import Run
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.services import global_stop, requests, stopping
from chaos.runs.supervision.agent import Agent
from chaos.runs.supervision.standby import standby_command
from reliability.access.domain.caller import SYSTEM
from reliability.web.errors import ProblemError

_LOOK_SECONDS = 0.5


class Command(BaseCommand):
    help = "Chaos from the command line: an agent that does runs, stops, and what is under way."
    requires_system_checks = ()  # they import every address and page, which an agent never needs

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        agent = parts.add_parser("agent", help="do runs on this machine until interrupted")
        agent.add_argument("--name", default=None, help="take the runs whose targets name it (CHAOS_AGENT)")
        agent.add_argument("--runs", type=int, default=None, help="at once (CHAOS_RUNS_MAX)")
        agent.add_argument("--idle", type=float, default=None, help="stand by after so many seconds without a run")
        agent.add_argument("--instead-of", default="", help=SUPPRESS)
        stop = parts.add_parser("stop", help="stop one run, or all and every start")
        which = stop.add_mutually_exclusive_group(required=True)
        which.add_argument("run", nargs="?", type=int, help="number of a run")
        which.add_argument("--all", action="store_true", help="the global stop")
        lift = parts.add_parser("lift", help="lift the global stop")
        run = parts.add_parser("run", help="ask for a run of an experiment")
        run.add_argument("slug")
        run.add_argument("--dry", action="store_true", help="plan every step and do none")
        run.add_argument("--wait", action="store_true", help="until it has ended; status 1 unless it held")
        parts.add_parser("list", help="runs that wait or are under way")
        for one in (stop, lift, run):
            _add_reason(one)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['part']}")(options, timezone.now())
        except ProblemError as error:
            raise CommandError(error.message) from error

    def _agent(self, options: dict[str, Any], now: datetime) -> None:
        is_over = threading.Event()

        def note(number: int, frame: FrameType | None) -> None:
            is_over.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, note)
        name = settings.CHAOS_AGENT if options["name"] is None else options["name"]
        agent = Agent(name=name, runs_max=options["runs"], instead_of=options["instead_of"])
        agent.start()
        self.stdout.write(f"agent {agent.office.instance}: {', '.join(agent.office.kinds) or 'no injector works here'}")
        self.stdout.flush()
        while not is_over.wait(_LOOK_SECONDS):
            if options["idle"] is not None and agent.idle_seconds() > options["idle"]:
                self._stand_by(agent)
        if not agent.end():
            self.stderr.write("some faults were not taken back in time: other agents go on with them")

    def _stand_by(self, agent: Agent) -> None:
        """Give the memory back until there is a run again. A run that was taken just now is seen through first."""
        if agent.retire():
            command = standby_command()
            os.execv(command[0], command)  # noqa: S606  our own command line

    def _stop(self, options: dict[str, Any], now: datetime) -> None:
        if options["all"]:
            stop = global_stop.begin(caller=SYSTEM, reason=options["reason"], now=now)
            self.stdout.write(f"{stop}: no run starts until `manage.py chaos lift`")
            return
        stopping.stop_run(caller=SYSTEM, run_id=options["run"], reason=options["reason"], now=now)
        self.stdout.write(f"run {options['run']} is being stopped")

    def _lift(self, options: dict[str, Any], now: datetime) -> None:
        global_stop.lift(caller=SYSTEM, reason=options["reason"], now=now)
        self.stdout.write("runs may start again")

    def _run(self, options: dict[str, Any], now: datetime) -> None:
        found = experiment(caller=SYSTEM, slug=options["slug"])
        run = requests.request_run(
            caller=SYSTEM,
            experiment=found,
            mode=Mode.DRY if options["dry"] else Mode.REAL,
            reason=options["reason"],
            not_before=now,
            origin="command line",
            now=now,
        )
        self.stdout.write(f"run {run.pk} was asked for")
        while options["wait"] and run.state != State.ENDED:
            time.sleep(_LOOK_SECONDS)
            run.refresh_from_db()
        if options["wait"]:
            words = f"run {run.pk}: {run.verdict}: {run.verdict_reason}"
            if run.verdict != "held":
                raise CommandError(words)
            self.stdout.write(words)

    def _list(self, options: dict[str, Any], now: datetime) -> None:
        stop = in_force()
        if stop is not None:
            self.stdout.write(f"chaos is stopped: {stop}: {stop.reason}")
        for run in Run.objects.filter(state__in=OPEN).select_related("experiment").order_by("not_before", "pk"):
            self.stdout.write(f"{run.pk}\t{run.state}\t{run.experiment.slug}\t{run.waits_for}")


def _add_reason(parser: ArgumentParser) -> None:
    parser.add_argument("--reason", default="", help="for those who ask later")
