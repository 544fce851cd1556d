"""alertPolicies of an SLO: references, and AlertPolicy objects in place of them."""

from __future__ import annotations

from slo.domain.openslo.alerts import Alert, read_inline_alert
from slo.domain.openslo.fields import Field
from slo.domain.openslo.own_alerting import is_own


def read_policies(policies: Field) -> tuple[tuple[tuple[str, Field], ...], tuple[Alert, ...]]:
    """The names that alertPolicies refers to, with their places, and the policies written out there.

    Conditions of the objective's own are not among them: see own_alerting.
    """
    names: list[tuple[str, Field]] = []
    alerts: list[Alert] = []
    for entry in policies.items():
        if is_own(entry):
            continue
        value = entry.node.value if entry.node else None
        if isinstance(value, str):
            names.append((value, entry))
        elif isinstance(value, dict) and "alertPolicyRef" in value:
            if entry.mapping(known=("alertPolicyRef",)):
                names.append((entry.get("alertPolicyRef").text(longest=63), entry))
        else:
            inline = read_inline_alert(entry, kind="AlertPolicy")
            if inline:
                alerts.append(inline)
                names.append((inline.name, entry))
    return tuple(names), tuple(alerts)
