"""Self-hosted reliability platform: the project package and its ground floor."""

import gc

# Loading makes half a million objects that stay. To search among them after each 700 new ones, as Python does by
# itself, takes a third of the time until a process is up, and as much of each request that makes many.
gc.set_threshold(50_000, 20, 20)
