"""Run within a product's environment: a team, integrations, and their keys as JSON on the last line."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.servers.product import ROOT, Product

_SCRIPT = """
import json
from django.utils import timezone
from incidents.intake.models import Integration
from incidents.intake.services.keys import keys
from incidents.paging.models import EscalationPolicy, PolicyStep, StepTarget
from reliability.access.models import Team
from reliability.channels.models import Channel
now = timezone.now()
team = Team.objects.create(slug="shop", name="Shop")
policy = None
if %(told)r:
    channel = Channel.objects.create(
        team=team, name="told", title="Told", kind="webhook", config={"url": %(told)r}
    )
    policy = EscalationPolicy.objects.create(team=team, slug="shop", title="Shop")
    step = PolicyStep.objects.create(policy=policy, position=0, delay_minutes=30)
    StepTarget.objects.create(step=step, channel=channel)
made = {}
for kind in ("alertmanager", "pagerduty", "generic"):
    config = {"key": "key", "title": "title"} if kind == "generic" else {}
    integration = Integration.objects.create(
        team=team, name=kind, title=kind.title(), kind=kind, config=config, policy=policy
    )
    made[kind] = keys.make(integration=integration, now=now).text
print(json.dumps(made))
"""


def seed(product: Product, *, told: str = "") -> dict[str, str]:
    """The key of one integration of each kind. told: the address of a webhook that is paged by a policy of theirs."""
    ran = run_within(product, _SCRIPT % {"told": told})
    keys: dict[str, str] = json.loads(ran.strip().splitlines()[-1])
    return keys


def run_within(product: Product, script: str) -> str:
    """What *script* prints when the product's own Django runs it."""
    ran = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
        cwd=ROOT,
        env=product.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(f"the script failed:\n{ran.stderr[-3000:]}")
    return ran.stdout
