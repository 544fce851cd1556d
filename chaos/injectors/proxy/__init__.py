"""A TCP proxy of our own that speaks Toxiproxy's HTTP API and ends each fault by itself when its time is over."""
