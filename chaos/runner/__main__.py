"""`python -m chaos.runner`: one run, started and watched by an agent. Reads a job on its standard input."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType
from typing import Any, BinaryIO

from chaos.runner.bounded import bound_process
from chaos.runner.conversation import Conversation, RefusedError, StoppedError
from chaos.runner.guarded import guard_connections
from chaos.runner.manner import manner_of
from chaos.runner.masking import Mask
from chaos.runner.preparing import NotRunnableError, prepared
from chaos.runner.protocol import Job, ProtocolError
from chaos.runner.rehearsal import rehearse
from chaos.runner.sequence import RunSequence


def main() -> int:
    bound_process()
    conversation = Conversation(reader=_taken_from(0), writer=_taken_from(1))
    logging.getLogger("chaostoolkit").setLevel(logging.CRITICAL)
    try:
        job = conversation.job()
    except ProtocolError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    mask = Mask(value for names in _secrets(job) for value in names.values())
    conversation.listen(mask)

    def terminated(number: int, frame: FrameType | None) -> None:
        conversation.stop_noted(f"the process of the run was sent {signal.Signals(number).name}")

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, terminated)
    guard_connections(allowed=job.allowed.get("outbound", ()))
    journal, outcome = _done(job, conversation)
    conversation.end(journal=journal, outcome=outcome)
    return 0


def _taken_from(descriptor: int) -> BinaryIO:
    """The pipe under another number: what activities print must not get between the lines, and they read nothing."""
    pipe = os.dup(descriptor)
    os.set_inheritable(pipe, False)
    null = os.open(os.devnull, os.O_RDONLY if descriptor == 0 else os.O_WRONLY)
    os.dup2(null if descriptor == 0 else 2, descriptor)
    os.close(null)
    return os.fdopen(pipe, "rb" if descriptor == 0 else "wb")


def _secrets(job: Job) -> list[dict[str, str]]:
    return [
        *(dict(names) for names in job.secrets.values()),
        *(dict(t.get("secrets", {})) for t in job.targets.values()),
    ]


def _done(job: Job, conversation: Conversation) -> tuple[dict[str, Any], dict[str, Any]]:
    """The journal and the outcome, whatever goes wrong in between."""
    try:
        work = prepared(job=job, conversation=conversation)
    except NotRunnableError as error:
        return {}, {"error": str(error)}
    sequence = RunSequence(work=work, manner=manner_of(work.document))
    try:
        if job.is_dry:
            sequence.outcome.failed_actions = rehearse(work)
        elif job.part == "rollbacks":
            sequence.run_rollbacks()
        elif job.part == "recovery":
            sequence.recover()
        else:
            sequence.run()
    except (StoppedError, RefusedError) as error:
        sequence.outcome.stopped = str(error)
        sequence.journal.status = "interrupted"
    except Exception as error:  # told instead of a traceback nobody sees
        sequence.outcome.error = f"{type(error).__name__}: {error}"
        sequence.journal.status = "aborted"
    return sequence.journal.finished(), sequence.outcome.as_values()


if __name__ == "__main__":
    sys.exit(main())
