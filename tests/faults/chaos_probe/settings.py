"""The product's own settings, and the probe; no compression of static files, which takes the longest."""

from reliability.settings import *  # noqa: F403  the product's settings, all of them
from reliability.settings import INSTALLED_APPS as PRODUCT_APPS

STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
INSTALLED_APPS = [*PRODUCT_APPS, "tests.faults.chaos_probe"]
CHAOS_PROGRAMS = ["ls", "sleep", "touch"]
