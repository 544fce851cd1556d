"""What the notification template that we hand out makes Argo CD send. Pure.

Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/services/webhook/ and the fields of an
Application's `status.operationState`. One sync is one deployment: the application and when the operation started.
"""

from __future__ import annotations

from reliability.delivery.domain.reading import instant_of, link_of, object_of, required_instant, required_text, text_of
from reliability.delivery.domain.repositories import repository_of
from reliability.delivery.domain.told import Payload, Told, ToldDeployment, UnreadableError, ignored

_PHASES = {
    "Running": "in_progress",
    "Terminating": "in_progress",
    "Succeeded": "succeeded",
    "Failed": "failed",
    "Error": "failed",
}
_NO_VALUE = "<no value>"  # what Go's templates print for a field that is not there

TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-notifications-cm
data:
  service.webhook.reliability: |
    url: {address}
    headers:
    - name: Authorization
      value: Bearer $reliability-key
    - name: Content-Type
      value: application/json
  template.reliability: |
    webhook:
      reliability:
        method: POST
        body: |
          {{"app": {{{{toJson .app.metadata.name}}}},
           "repository": {{{{toJson .app.spec.source.repoURL}}}},
           "environment": {{{{toJson .app.spec.destination.namespace}}}},
           "revision": {{{{toJson .app.status.operationState.syncResult.revision}}}},
           "phase": {{{{toJson .app.status.operationState.phase}}}},
           "started_at": {{{{toJson .app.status.operationState.startedAt}}}},
           "finished_at": {{{{toJson .app.status.operationState.finishedAt}}}},
           "url": "{{{{.context.argocdUrl}}}}/applications/{{{{.app.metadata.name}}}}"}}
  trigger.reliability: |
  - when: app.status.operationState.phase in ['Running', 'Succeeded', 'Failed', 'Error']
    oncePer: app.status.operationState.startedAt + app.status.operationState.phase
    send: [reliability]
"""


def parse(payload: Payload) -> Told:
    """config: "environment" is the name to use instead of the namespace. Raises UnreadableError."""
    body = object_of(payload.body, "the body")
    phase = required_text(body, "phase", "body")
    if phase == _NO_VALUE:
        return ignored("the application has never been synchronised")
    if phase not in _PHASES:
        raise UnreadableError("unknown_state", f"phase {phase!r} is none of an Argo CD operation")
    app = required_text(body, "app", "body")
    started_at = required_instant(body, "started_at", "body")
    ended = text_of(body, "finished_at") not in ("", _NO_VALUE)
    finished_at = instant_of(body, "finished_at", "body") if ended else None
    outcome = _PHASES[phase]
    if outcome != "in_progress" and finished_at is None:
        raise UnreadableError("invalid", "body.finished_at is missing, although the operation is over")
    repository = repository_of(text_of(body, "repository", length_max=500))
    deployment = ToldDeployment(
        key=f"sync:{app}:{started_at.isoformat()}"[:255],
        hints=tuple(hint for hint in (app, repository, repository.rpartition("/")[2]) if hint),
        environment=text_of(payload.config, "environment") or required_text(body, "environment", "body"),
        outcome=outcome,
        at=finished_at or started_at,
        repository=repository,
        started_at=started_at,
        revision=text_of(body, "revision").replace(_NO_VALUE, ""),
        title=f"Argo CD synchronised {app}"[:255],
        url=link_of(body, "url"),
    )
    return Told(deployments=(deployment,))
