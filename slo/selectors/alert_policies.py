"""What objectives are watched by: their settings and the OpenSLO policies they name, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from slo.domain.alerting_policy import Policy, Settings, policy_of
from slo.domain.openslo.desired import Kind
from slo.models import AlertSettings, OpenSloDocument, Sli, Slo
from slo.selectors.chunks import ids_query
from slo.selectors.terms import Terms

_DEFAULT = Settings()


def policies_of(*, terms: Sequence[Terms], at: datetime) -> list[Policy]:
    """The policy of each objective at *at*, in the order given."""
    settings = settings_by_slo(slo_ids=[one.slo.pk for one in terms])
    kinds = indicator_kinds({one.sli_id for one in terms})
    documents = alert_documents(slos=[one.slo for one in terms])
    # Most objectives differ in nothing that matters: what the same is asked for is worked out once.
    known: dict[Any, Policy] = {}
    return [_policy(one, settings.get(one.slo.pk, _DEFAULT), kinds, documents, at, known) for one in terms]


def settings_of(*, slo: Slo) -> Settings:
    """How the objective alerts, defaults where nobody said otherwise."""
    return settings_by_slo(slo_ids=[slo.pk]).get(slo.pk, _DEFAULT)


def alert_documents(*, slos: Sequence[Slo]) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """The AlertPolicy documents that *slos* name, and the AlertConditions these refer to.

    Documents take effect where whoever applied them could name them; what a team may read was checked then.
    """
    names = {name for slo in slos for name in slo.alert_policies}
    if not names:
        return {}
    policies = _documents(Kind.ALERT_POLICY, names)
    referred = {
        str(entry["conditionRef"])
        for document in policies.values()
        for entry in document.get("spec", {}).get("conditions", ())
        if entry.get("conditionRef")
    }
    return policies | (_documents(Kind.ALERT_CONDITION, referred) if referred else {})


def _policy(
    terms: Terms,
    settings: Settings,
    kinds: Mapping[int, str],
    documents: Mapping[tuple[str, str], Mapping[str, Any]],
    at: datetime,
    known: dict[Any, Policy],
) -> Policy:
    length = terms.definition.window.period_at(at).length
    kind, policies = kinds[terms.sli_id], tuple(terms.slo.alert_policies)
    is_strict = terms.definition.counts_no_data_as_bad
    key = (id(settings), terms.definition.objective, length, kind, policies, is_strict)
    if key not in known:
        known[key] = policy_of(
            settings=settings,
            objective=terms.definition.objective,
            window_length=length,
            indicator_kind=kind,
            counts_no_data_as_bad=is_strict,
            policies=policies,
            documents=documents,
        )
    return known[key]


def settings_by_slo(*, slo_ids: Sequence[int]) -> dict[int, Settings]:
    """Settings of the objectives where somebody wanted them otherwise than the defaults."""
    rows = AlertSettings.objects.filter(slo_id__in=ids_query(np.array(slo_ids, dtype=np.int64))).order_by()
    return {row.slo_id: row.to_settings() for row in rows}


def indicator_kinds(sli_ids: set[int]) -> dict[int, str]:
    """How each indicator is measured, by id."""
    ids = ids_query(np.array(sorted(sli_ids), dtype=np.int64))
    rows = Sli.objects.filter(pk__in=ids).order_by().values_list("pk", "spec__kind")
    return {pk: str(kind) for pk, kind in rows}


def _documents(kind: Kind, names: set[str]) -> dict[tuple[str, str], Mapping[str, Any]]:
    rows = OpenSloDocument.objects.filter(kind=kind.value, name__in=names).order_by()
    return {(kind, name): document for kind, name, document in rows.values_list("kind", "name", "document")}
