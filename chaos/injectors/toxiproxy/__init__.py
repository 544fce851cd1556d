"""Faults in a proxy that speaks Toxiproxy's HTTP API: any Toxiproxy, or our own (chaos.injectors.proxy)."""
