"""A dry run: every step is planned and told, and nothing is called, injected or probed.

The toolkit's own `dry` still calls what is not of the kind it names, and pauses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaoslib import substitute
from chaoslib.exceptions import ActivityFailed

from chaos.runner.allow import OWN_INJECTORS, activities
from chaos.runner.injections import plan_of
from chaos.runner.work import Work


def rehearse(work: Work) -> list[str]:
    """Tell each step as it would be taken. Returns the names of those that could not be planned."""
    failed: list[str] = []
    for path, activity in activities(work.document):
        name = str(activity.get("name") or activity.get("ref") or path[-1])
        try:
            words = _words(work, activity)
        except ActivityFailed as error:
            failed.append(name)
            words = f"cannot be done: {error}"
        work.conversation.event("planned", f"{name}: {words}", {"name": name, "section": str(path[0])})
    return failed


def _words(work: Work, activity: Mapping[str, Any]) -> str:
    provider = activity.get("provider") or {}
    match provider.get("type"):
        case "python" if str(provider["module"]).startswith(OWN_INJECTORS):
            return _fault(work, activity)
        case "python":
            return f"would call {provider['module']}.{provider['func']}"
        case "process":
            return f"would run {provider['path']}"
        case "http":
            return f"would request {provider.get('method', 'GET')} {provider['url']}"
    return f"would do {activity.get('ref', 'nothing')} again"


def _fault(work: Work, activity: Mapping[str, Any]) -> str:
    arguments = substitute(dict(activity["provider"].get("arguments") or {}), work.configuration, work.secrets)
    plan = plan_of(work=work, activity=activity, arguments=arguments, fault_key=work.fault_key())
    end = "until it is taken back" if plan.expires_after is None else f"for {plan.expires_after.total_seconds():g} s"
    return f"would put {plan.kind} {plan.action} into {arguments['target']} {end}"
