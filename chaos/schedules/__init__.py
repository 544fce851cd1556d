"""When experiments run by themselves, when nothing may run, and the calendar of both."""
