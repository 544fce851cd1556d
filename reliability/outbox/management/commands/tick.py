from __future__ import annotations

import os
import socket
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reliability.outbox.services import runs
from reliability.outbox.services.claims import Claim
from reliability.outbox.services.due import ensure_standing
from reliability.outbox.services.tick import tick

IDLE_SECONDS = 1.0


class Command(BaseCommand):
    help = "Do due work in this process, without Celery and a broker: for tiny installations and tests."

    def add_arguments(self, parser: CommandParser) -> None:
        how_long = parser.add_mutually_exclusive_group(required=True)
        how_long.add_argument("--once", action="store_true", help="do what is due until nothing is, then end")
        how_long.add_argument("--loop", action="store_true", help="go on until interrupted")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = f"tick@{socket.gethostname()}:{os.getpid()}"

        def do(claim: Claim) -> None:
            outcome = runs.run(due_id=claim.due_id, token=claim.token, owner=owner, clock=timezone.now)
            if options["verbosity"] > 1:
                self.stdout.write(f"{claim.kind} {claim.key}: {outcome.value}")

        ensure_standing(now=timezone.now())
        try:
            while True:
                done = tick(now=timezone.now(), hand_over=do)
                if done:
                    continue
                if options["once"]:
                    break
                time.sleep(IDLE_SECONDS)
        except KeyboardInterrupt:
            self.stdout.write("stopped")
