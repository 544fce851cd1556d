"""/api/v1/chaos/experiments/{slug}/secrets: names of secrets; their values are only ever written."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Status

from chaos.experiments.api import bodies, schemas
from chaos.experiments.selectors.experiments import experiment, newest_version
from chaos.experiments.selectors.secrets import secrets_of
from chaos.experiments.services import secrets
from reliability.access.requests import AccessRequest

router = Router(tags=["Experiments"])


@router.get(
    "/{slug}/secrets",
    response=list[schemas.SecretOut],
    operation_id="listExperimentSecrets",
    summary="Secrets of an experiment",
)
def list_all(request: AccessRequest, slug: str) -> Any:
    """Which names its newest version needs, and which have a value."""
    found = experiment(caller=request.caller, slug=slug)
    document = newest_version(experiment=found).document
    return [schemas.secret_out(state) for state in secrets_of(experiment=found, document=document)]


@router.put(
    "/{slug}/secrets/{group}/{name}",
    response={204: None},
    operation_id="setExperimentSecret",
    summary="Set the value of a secret",
)
def set_one(request: AccessRequest, slug: str, group: str, name: str, body: bodies.SecretValue) -> Any:
    """Group and name as the document has them. The value is stored encrypted, and masked in what a run tells."""
    found = experiment(caller=request.caller, slug=slug)
    secrets.set_value(
        caller=request.caller,
        experiment=found,
        group=group,
        name=name,
        value=body.value,
        now=timezone.now(),
        reason=body.reason,
    )
    return Status(204, None)


@router.delete(
    "/{slug}/secrets/{group}/{name}",
    response={204: None},
    operation_id="forgetExperimentSecret",
    summary="Forget the value of a secret",
)
def forget_one(
    request: AccessRequest,
    slug: str,
    group: str,
    name: str,
    reason: Annotated[str, Query(max_length=2000, description="why")] = "",
) -> Any:
    found = experiment(caller=request.caller, slug=slug)
    secrets.forget(caller=request.caller, experiment=found, group=group, name=name, now=timezone.now(), reason=reason)
    return Status(204, None)
