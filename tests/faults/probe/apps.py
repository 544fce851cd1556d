import os

from django.apps import AppConfig


class ProbeConfig(AppConfig):
    name = "tests.faults.probe"
    label = "probe"

    def ready(self) -> None:
        if os.environ.get("PROBE_DIR"):
            from tests.faults.probe import deaths  # noqa: PLC0415  it needs the models, which are ready now

            deaths.arm()
            deaths.step_the_clock()
