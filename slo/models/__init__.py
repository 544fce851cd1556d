from slo.models.adjustment import Adjustment
from slo.models.agreement import Agreement, AgreementVersion
from slo.models.alert import BurnAlert
from slo.models.alerting import AlertSettings
from slo.models.backfill import Backfill
from slo.models.chunk import HourChunk
from slo.models.composite import Composite, CompositePart, CompositeVersion
from slo.models.composite_alert import CompositeAlert, CompositeEvaluation
from slo.models.exclusion import Exclusion
from slo.models.openslo import OpenSloDocument
from slo.models.receipt import IntakeReceipt
from slo.models.sli import Sli, SliVersion
from slo.models.slo import Slo, SloVersion
from slo.models.status import SloStatus

__all__ = [
    "Adjustment",
    "Agreement",
    "AgreementVersion",
    "AlertSettings",
    "Backfill",
    "BurnAlert",
    "Composite",
    "CompositeAlert",
    "CompositeEvaluation",
    "CompositePart",
    "CompositeVersion",
    "Exclusion",
    "HourChunk",
    "IntakeReceipt",
    "OpenSloDocument",
    "Sli",
    "SliVersion",
    "Slo",
    "SloStatus",
    "SloVersion",
]
