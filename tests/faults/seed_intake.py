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
from incidents.intake.services import keys
from reliability.access.models import Team
now = timezone.now()
team = Team.objects.create(slug="shop", name="Shop")
made = {}
for kind in ("alertmanager", "pagerduty", "generic"):
    config = {"key": "key", "title": "title"} if kind == "generic" else {}
    integration = Integration.objects.create(team=team, name=kind, title=kind.title(), kind=kind, config=config)
    made[kind] = keys.make(integration=integration, now=now).text
print(json.dumps(made))
"""


def seed(product: Product) -> dict[str, str]:
    """The key of one integration of each kind."""
    ran = run_within(product, _SCRIPT)
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
