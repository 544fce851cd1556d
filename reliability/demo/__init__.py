"""The demo: a believable shop with a month of history, and the traffic that keeps it alive."""
