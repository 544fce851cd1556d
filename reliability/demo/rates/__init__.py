"""A small real service behind our proxy, with customers that ask it: what the demo's experiments put faults into."""
