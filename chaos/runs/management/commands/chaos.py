from __future__ import annotations

import os
import signal
import threading
import time
from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter
from datetime import datetime
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from chaos.experiments.selectors.experiments import experiment
from chaos.runs.domain.states import OPEN, Mode, State, Verdict
from chaos.runs.models import Run
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.services import global_stop, requests, stopping
from chaos.runs.supervision.agent import Agent
from chaos.runs.supervision.standby import standby_command
from reliability.access.domain.caller import SYSTEM
from reliability.web.errors import ProblemError

_LOOK_SECONDS = 0.5


_RUN_CODES = """status of --wait:
  0  held; of a dry run: every step was planned
  1  refused, with what to change
  3  deviated: the hypothesis did not hold
  4  aborted: a guard, a person or the global stop ended it, or it never began
  5  inconclusive: nothing can be said
  6  a fault could not be taken back; an incident is open
130  interrupted: the run goes on
"""
_CODES = {Verdict.HELD: 0, Verdict.DEVIATED: 3, Verdict.ABORTED: 4, Verdict.INCONCLUSIVE: 5, Verdict.FAILED_TO_UNDO: 6}
_INTERRUPTED = 130


class Command(BaseCommand):
    help = "Chaos from the command line: an agent that does runs, runs and stops, and what is under way."
    requires_system_checks = ()  # they import every address and page, which an agent never needs

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = (
            "Each part tells more: manage.py chaos run --help. A mistake in what is asked for ends with status 1."
        )
        parts = parser.add_subparsers(dest="part", required=True, metavar="agent | run | list | stop | lift")
        agent = _part(
            parts,
            "agent",
            "do runs on this machine until interrupted",
            "Takes runs whose targets name it, puts their faults in place and takes them back. It needs the database "
            "and no broker. Interrupted (Ctrl-C, SIGTERM) it takes every fault back first.",
            "status: 0; 1 when some fault was not taken back in time, which other agents go on with\n"
            "example: manage.py chaos agent --name db-host-3",
        )
        agent.add_argument(
            "--name",
            default=None,
            help="take the runs whose targets name it; without, of those that name none (CHAOS_AGENT)",
        )
        agent.add_argument("--runs", type=int, default=None, help="at once (CHAOS_RUNS_MAX)")
        agent.add_argument("--idle", type=float, default=None, help="stand by after so many seconds without a run")
        agent.add_argument("--instead-of", default="", help=SUPPRESS)
        run = _part(
            parts,
            "run",
            "ask for a run of an experiment",
            "The newest version, as soon as every guard lets it go.",
            f"example: manage.py chaos run slow-payments --dry --wait\n\n{_RUN_CODES}",
        )
        run.add_argument("slug", help="the experiment's address, as /chaos/experiments/<slug>/")
        run.add_argument("--dry", action="store_true", help="plan every step and do none")
        run.add_argument("--wait", action="store_true", help="until it has ended, and tell its verdict by the status")
        _part(
            parts,
            "list",
            "runs that wait or are under way",
            "One line each: number, state, experiment and what it waits for, parted by tabs; the next first.",
            "status: 0, also when there is none",
        )
        stop = _part(
            parts,
            "stop",
            "stop one run, or all and every start",
            "Nothing further is injected, every fault is taken back and looked for.",
            "status: 0; 1 when there is no such run or it has ended\n"
            'examples: manage.py chaos stop 17 --reason "wrong day"\n          manage.py chaos stop --all',
        )
        which = stop.add_mutually_exclusive_group(required=True)
        which.add_argument("run", nargs="?", type=int, help="number of a run")
        which.add_argument("--all", action="store_true", help="the global stop: no run starts until it is lifted")
        lift = _part(
            parts,
            "lift",
            "lift the global stop",
            "What waits may begin again, if its guards let it go.",
            "status: 0; 1 when no global stop is in force",
        )
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
            raise CommandError("some faults were not taken back in time: other agents go on with them")

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
        self.stdout.flush()
        if options["wait"]:
            self._wait_for(run)

    def _wait_for(self, run: Run) -> None:
        """Say what it waits for as that changes; end with the status of its verdict."""
        words = ""
        try:
            while run.state != State.ENDED:
                if run.waits_for not in ("", words):
                    words = run.waits_for
                    self.stdout.write(f"it waits: {words}")
                    self.stdout.flush()
                time.sleep(_LOOK_SECONDS)
                run.refresh_from_db()
        except KeyboardInterrupt as error:
            raise CommandError(
                f"run {run.pk} goes on: manage.py chaos stop {run.pk}", returncode=_INTERRUPTED
            ) from error
        verdict = Verdict(run.verdict)
        told = f"run {run.pk}: {verdict.words}: {run.verdict_reason}"
        is_planned = run.mode == Mode.DRY and verdict is Verdict.INCONCLUSIVE
        if verdict is not Verdict.HELD and not is_planned:
            raise CommandError(told, returncode=_CODES[verdict])
        self.stdout.write(told)

    def _list(self, options: dict[str, Any], now: datetime) -> None:
        stop, is_empty = in_force(), True
        if stop is not None:
            self.stdout.write(f"chaos is stopped: {stop}: {stop.reason}")
        for run in Run.objects.filter(state__in=OPEN).select_related("experiment").order_by("not_before", "pk"):
            self.stdout.write(f"{run.pk}\t{run.state}\t{run.experiment.slug}\t{run.waits_for}")
            is_empty = False
        if is_empty:
            self.stderr.write("no run waits, and none is under way")


def _part(parts: Any, name: str, words: str, description: str, epilog: str) -> CommandParser:
    made: CommandParser = parts.add_parser(
        name, help=words, description=description, epilog=epilog, formatter_class=RawDescriptionHelpFormatter
    )
    return made


def _add_reason(parser: ArgumentParser) -> None:
    parser.add_argument("--reason", default="", help="for those who ask later")
