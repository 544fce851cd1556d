"""Load the demo's shop, and leave a note with the log-in for whoever starts it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import set_urlconf
from django.utils import timezone

from reliability.demo.rates.ports import settle
from reliability.demo.services import load
from reliability.demo.services.amends import load_amends
from reliability.demo.services.backlog import load_backlog
from reliability.demo.services.deliveries import load_deliveries
from reliability.demo.services.duties import load_duties
from reliability.demo.services.freezes import load_freezes
from reliability.demo.services.gate import load_gate
from reliability.demo.services.lessons import load_lessons
from reliability.demo.services.measures import load_measures
from reliability.demo.services.past_work import begin_now
from reliability.demo.services.publicity import load_publicity
from reliability.demo.services.rates import load_rates
from reliability.demo.services.readiness import load_readiness
from reliability.demo.services.rehearsals import load_rehearsals
from reliability.demo.services.reports import load_reports
from reliability.demo.services.schedules import load_schedules
from reliability.demo.services.stakeholders import load_stakeholders
from reliability.demo.services.verdicts import load_suspects
from reliability.supervision.places import demo_note


class Command(BaseCommand):
    help = "Load the demo data; running it again changes nothing."
    # People wait for it at each start: neither checks, which `prepare` has run, nor the schemas of the API are loaded.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("the demo has an account with a known password: set DEMO=1 to say that this is one")
        set_urlconf("reliability.pages")
        try:
            load.load(now=timezone.now())
            before, ports = settle(settings.DATA_DIR)
            load_rates(email=load.EMAIL, before=before, ports=ports, now=timezone.now())
            load_backlog(email=load.EMAIL, ports=ports, now=timezone.now())
            load_freezes(email=load.EMAIL, now=timezone.now())
            load_rehearsals(email=load.EMAIL, now=timezone.now())
            load_schedules(now=timezone.now())
            load_publicity(email=load.EMAIL, now=timezone.now())
            load_readiness(email=load.EMAIL, now=timezone.now())
            load_lessons(email=load.EMAIL, now=timezone.now())
            load_amends(now=timezone.now())
            load_stakeholders(email=load.EMAIL, now=timezone.now())
            load_duties(email=load.EMAIL, now=timezone.now())
            load_deliveries(email=load.EMAIL, now=timezone.now())
            load_suspects(now=timezone.now())
            load_reports(email=load.EMAIL, now=timezone.now())
            load_gate(email=load.EMAIL, now=timezone.now())
            load_measures(email=load.EMAIL, now=timezone.now())
            begin_now(now=timezone.now())
        except load.NotADemoError as error:
            raise CommandError(str(error)) from error
        finally:
            set_urlconf(None)
        demo_note(settings.DATA_DIR).write_text(f"sign in as {load.EMAIL} with the password {load.PASSWORD}\n")
