"""How one activity is done: ours, and the toolkit's providers under our bounds.

`run_activity` takes the place of chaoslib's: the rest of the toolkit (timing, status, tolerance, journal) stays.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import Any

from chaoslib import substitute
from chaoslib.exceptions import ActivityFailed
from chaoslib.provider.http import run_http_activity
from chaoslib.provider.process import run_process_activity
from chaoslib.provider.python import run_python_activity

from chaos.runner import injections, probes
from chaos.runner.allow import OWN_INJECTORS, OWN_PROBES, Surroundings, problems_of_document
from chaos.runner.conversation import RefusedError
from chaos.runner.work import Work

NOT_BEGUN = "not begun: "
HTTP_SECONDS = 10.0
PROCESS_SECONDS = 120.0


def run_activity(work: Work, activity: Mapping[str, Any]) -> Any:
    """The activity's output. Raises ActivityFailed, which chaoslib writes to the journal."""
    _refuse_what_is_not_allowed(work, activity)
    provider = activity["provider"]
    if why := work.why_not_begun():
        raise ActivityFailed(f"{NOT_BEGUN}{why}")
    if activity["type"] == "action" and work.is_method and not str(provider.get("module")).startswith(OWN_INJECTORS):
        _ask_whether_held(work, activity)
    match provider["type"]:
        case "python":
            return _python(work, activity, str(provider["module"]))
        case "process":
            bounded = _with_default(activity, "timeout", PROCESS_SECONDS)
            return run_process_activity(bounded, work.configuration, work.secrets)
        case "http":
            return run_http_activity(_with_default(activity, "timeout", HTTP_SECONDS), work.configuration, work.secrets)
    raise ActivityFailed(f"there is no provider {provider['type']!r}: python, process or http")


def _ask_whether_held(work: Work, activity: Mapping[str, Any]) -> None:
    """Faults of ours are recorded under the run's fence; for what others do it is asked for, too.

    An agent that was paused for long may have lost the run to another one, which has taken everything back.
    """
    try:
        work.conversation.ask("begin", {"activity": str(activity.get("name", ""))})
    except RefusedError as error:
        raise ActivityFailed(f"refused: {error}") from error


def _python(work: Work, activity: Mapping[str, Any], module: str) -> Any:
    if not module.startswith((OWN_INJECTORS, OWN_PROBES)):
        _refuse_function_of_others(work, module, str(activity["provider"]["func"]))
        return run_python_activity(activity, work.configuration, work.secrets)
    arguments = substitute(dict(activity["provider"].get("arguments") or {}), work.configuration, work.secrets)
    if module.startswith(OWN_INJECTORS):
        return injections.inject(work=work, activity=activity, arguments=arguments)
    return probes.run(work=work, activity=activity, arguments=arguments)


def _refuse_function_of_others(work: Work, module: str, func: str) -> None:
    """An allowed module has imported others, whose functions would be found in it by name."""
    found = getattr(importlib.import_module(module), func, None)
    origin = str(getattr(found, "__module__", None))
    if not inspect.isroutine(found):
        raise ActivityFailed(f"{module} has no function {func}")
    if not work.allowed.has_module(origin):
        raise ActivityFailed(
            f"{func} is a function of {origin}, which is not allowed: an administrator of the installation can add it "
            "to CHAOS_MODULES"
        )


def _refuse_what_is_not_allowed(work: Work, activity: Mapping[str, Any]) -> None:
    """Once more here: what validation saw may have been written by an older version of it."""
    alone = {"method": [activity]}
    found = problems_of_document(alone, Surroundings(allowed=work.allowed, targets=work.kinds))
    if found:
        raise ActivityFailed(found[0].message)


def _with_default(activity: Mapping[str, Any], name: str, value: float) -> dict[str, Any]:
    provider = activity["provider"]
    return {**activity, "provider": {**provider, name: provider.get(name) or value}}
