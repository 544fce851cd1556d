"""A fault of ours: planned, its undo recorded by the supervisor, and only then injected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaoslib.exceptions import ActivityFailed

from chaos.injectors.protocol import InjectorError, Plan
from chaos.injectors.registry import injectors
from chaos.runner.allow import OWN_INJECTORS
from chaos.runner.conversation import RefusedError
from chaos.runner.work import Work


def plan_of(*, work: Work, activity: Mapping[str, Any], arguments: Mapping[str, Any], fault_key: str) -> Plan:
    """Pure. Raises ActivityFailed naming what to change."""
    provider = activity["provider"]
    kind = provider["module"].removeprefix(OWN_INJECTORS)
    slug = str(arguments.get("target", ""))
    reach = work.reaches.get(slug)
    if reach is None or work.kinds[slug] != kind:
        raise ActivityFailed(f"{slug!r} is no target of the injector {kind} that this experiment may touch")
    others = {name: value for name, value in arguments.items() if name != "target"}
    try:
        return injectors()[kind].plan(action=provider["func"], fault_key=fault_key, reach=reach, arguments=others)
    except InjectorError as error:
        raise ActivityFailed(str(error)) from error


def inject(*, work: Work, activity: Mapping[str, Any], arguments: Mapping[str, Any]) -> Any:
    """What the injector says of it. Raises ActivityFailed; StoppedError when the run is being stopped."""
    plan = plan_of(work=work, activity=activity, arguments=arguments, fault_key=work.fault_key())
    slug = str(arguments["target"])
    try:
        work.conversation.ask(
            "record_undo",
            {
                "activity": str(activity.get("name", "")),
                "target": slug,
                "kind": plan.kind,
                "action": plan.action,
                "fault_key": plan.fault_key,
                "arguments": dict(plan.arguments),
                "undo": dict(plan.undo),
                "expires_after_seconds": None if plan.expires_after is None else plan.expires_after.total_seconds(),
            },
        )
        said = injectors()[plan.kind].inject(plan=plan, reach=work.reaches[slug])
    except (RefusedError, InjectorError) as error:
        raise ActivityFailed(str(error)) from error
    work.conversation.event(
        "injected",
        f"{plan.kind} {plan.action} is in place on {slug}",
        {"fault_key": plan.fault_key, "target": slug, "said": dict(said)},
    )
    return dict(said)
