from django.apps import AppConfig


class ChaosProbeConfig(AppConfig):
    name = "tests.faults.chaos_probe"
    label = "chaos_probe"

    def ready(self) -> None:
        from chaos.runs.supervision import forkserver  # noqa: PLC0415  it needs the models, which are ready now
        from tests.chaos.runs.engine.fake import enroll  # noqa: PLC0415  with it
        from tests.chaos.runs.engine.fake_runner import COMMAND  # noqa: PLC0415  with it

        enroll()
        forkserver.COMMAND = COMMAND
