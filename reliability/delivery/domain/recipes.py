"""What to set up at the sender, in words and to copy. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reliability.delivery.domain.argocd import TEMPLATE
from reliability.delivery.domain.signatures import signing_token

_KEY = re.compile(r"[0-9a-f]{40}")  # else a word stands for it
_DERIVED = """echo "whsec_$(printf %s '{key}' | openssl dgst -sha256 -binary | base64)\""""


@dataclass(frozen=True, slots=True)
class Recipe:
    """title: where it goes; words: what to do there; code: to copy, if any."""

    title: str
    words: str
    code: str = ""


def recipes(*, kind: str, address: str, key: str) -> list[Recipe]:
    """address: the integration's own; key: its text, or a word that stands for it."""
    return _RECIPES[kind](address, key)


def api_line(*, public_url: str) -> str:
    """The curl line of the API, for pipelines that have a token."""
    return _curl(f"{public_url}/api/v1/deployments", "$RELIABILITY_TOKEN", _ROW)


def _filled_in(expression: str) -> str:
    """A shell expression within a text that stands between single quotes."""
    return f"'\"{expression}\"'"


_ROW = (
    f'{{"id": "{_filled_in("$BUILD_ID")}", "service": "checkout", "environment": "production", "outcome": "succeeded",'
    f' "finished_at": "{_filled_in("$(date -u +%FT%TZ)")}", "revision": "{_filled_in("$(git rev-parse HEAD)")}"}}'
)


def _curl(address: str, key: str, body: str) -> str:
    return (
        f'curl --fail-with-body {address} -H "Authorization: Bearer {key}" \\\n'
        f"  -H 'Content-Type: application/json' -d '{body}'"
    )


def _github(address: str, key: str) -> list[Recipe]:
    return [
        Recipe(
            "Payload URL",
            "In the repository or organisation: Settings, Webhooks, Add webhook. Content type application/json. "
            "Events: Pushes, Pull requests, Pull request reviews, Deployments, Deployment statuses; Workflow runs "
            "and Releases if they deploy.",
            address,
        ),
        Recipe("Secret", "GitHub signs every delivery with it; nothing else is believed.", key),
    ]


def _gitlab(address: str, key: str) -> list[Recipe]:
    return [
        Recipe(
            "URL",
            "In the project or group: Settings, Webhooks, Add new webhook. Triggers: Push, Merge request, Comments, "
            "Deployment and Feature flag events.",
            address,
        ),
        Recipe("Secret token", "GitLab sends it with every delivery.", key),
        Recipe(
            "Signing token",
            "Instead, where your GitLab has one: it signs every delivery. It is made of the key.",
            signing_token(key) if _KEY.fullmatch(key) else _DERIVED.format(key=key),
        ),
    ]


def _cloudevents(address: str, key: str) -> list[Recipe]:
    event = (
        '{"specversion": "1.0", "id": "1", "source": "/pipelines/shop", "type": "dev.cdevents.service.deployed.0.3.0",'
        ' "data": {"context": {"specversion": "0.5.0", "id": "1", "source": "/pipelines/shop",'
        ' "type": "dev.cdevents.service.deployed.0.3.0", "timestamp": "2026-03-01T12:00:00Z"},'
        ' "subject": {"id": "checkout", "content": {"environment": {"id": "production"},'
        ' "artifactId": "pkg:oci/checkout@sha256%3A0b31"}}, "customData": {"revision": "9fceb02"}}}'
    )
    return [
        Recipe("Sink", "Structured, binary or batched over HTTP, with the key as a bearer token.", address),
        Recipe(
            "Try it",
            "customData may hold service, revision, repository and started_at.",
            f'curl --fail-with-body {address} -H "Authorization: Bearer {key}" \\\n'
            f"  -H 'Content-Type: application/cloudevents+json' -d '{event}'",
        ),
    ]


def _argocd(address: str, key: str) -> list[Recipe]:
    return [
        Recipe("ConfigMap", "Merge this into argocd-notifications-cm.", TEMPLATE.format(address=address)),
        Recipe("Annotation", "Of each application that is to be told of.", _ARGOCD_ANNOTATION),
        Recipe("Key", "In argocd-notifications-secret, as reliability-key.", key),
    ]


def _json(address: str, key: str) -> list[Recipe]:
    return [
        Recipe(
            "At the end of a pipeline", "The same again, by its id, is the same deployment.", _curl(address, key, _ROW)
        )
    ]


def _changes(address: str, key: str) -> list[Recipe]:
    body = '{"id": "vouchers-on-1", "kind": "flag", "title": "Vouchers switched on", "service": "checkout"}'
    return [
        Recipe("When something is changed", "The same again, by its id, is the same change.", _curl(address, key, body))
    ]


_ARGOCD_ANNOTATION = "notifications.argoproj.io/subscribe.reliability.reliability: ''"
_RECIPES = {
    "github": _github,
    "gitlab": _gitlab,
    "cloudevents": _cloudevents,
    "argocd": _argocd,
    "json": _json,
    "changes": _changes,
}
