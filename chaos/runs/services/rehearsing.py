"""What the guards would say of a run that nobody has asked for yet."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chaos.experiments.models import Experiment
from chaos.runs.domain.guards import Decision
from chaos.runs.domain.states import Mode
from chaos.runs.services import guards
from chaos.runs.services.requests import request_run
from reliability.access.domain.caller import Caller


def what_guards_say(
    *, caller: Caller, experiment: Experiment, mode: Mode, not_before: datetime, now: datetime
) -> Decision:
    """Asked as at the start, of a run that is made for it and taken back with everything that hangs on it.

    Raises what request_run raises: then it could not even be asked for.
    """
    with transaction.atomic():
        run = request_run(caller=caller, experiment=experiment, mode=mode, not_before=not_before, now=now)
        decision = guards.before(run=run, now=now)
        transaction.set_rollback(True)
    return decision
