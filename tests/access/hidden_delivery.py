"""What the private team Payments keeps of its deployments, for the test of every address."""

from __future__ import annotations

import zlib
from typing import Any

from reliability.catalog.models import Service
from reliability.delivery.models import DeliveryIntegration, DeliveryKey, Deployment, RawDelivery
from tests.cast import BEGINNING, Cast

MARK = "hidden-treasure"


def hidden_delivery(cast: Cast, service: Service) -> dict[str, dict[str, Any]]:
    """The arguments of addresses that start with the key."""
    integration = DeliveryIntegration.objects.create(
        team=cast.payments, name=f"{MARK}-delivery", title=MARK, kind="github", last_error=MARK
    )
    key = DeliveryKey.objects.create(integration=integration, prefix="abcdef", secret=b"", created_at=BEGINNING)
    payload = RawDelivery.objects.create(
        integration=integration,
        key=MARK,
        event=MARK,
        body=zlib.compress(b'{"zen": "hidden-treasure"}'),
        size=1,
        received_at=BEGINNING,
        state="rejected",
        message=MARK,
    )
    deployment = Deployment.objects.create(
        team=cast.payments,
        service=service,
        environment="production",
        origin="api:ci",
        key=MARK,
        finished_at=BEGINNING,
        outcome="succeeded",
        repository=MARK,
        revision=MARK,
        title=MARK,
        received_at=BEGINNING,
    )
    return {
        "delivery/integrations/": {"name": integration.name, "key_id": key.pk, "payload_id": payload.pk},
        "delivery-integrations/": {"name": integration.name, "key_id": key.pk, "payload_id": payload.pk},
        "delivery/deployments/": {"deployment_id": deployment.pk},
    }
