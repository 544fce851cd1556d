"""These run by themselves, without Django and without what the other tests stand on."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# How long something takes is for benchmarks to say: beside other tests an example takes as long as it takes.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")
