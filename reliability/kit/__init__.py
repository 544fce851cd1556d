"""Pure helpers without Django, Celery, HTTP or a clock: periods, durations, instants."""
