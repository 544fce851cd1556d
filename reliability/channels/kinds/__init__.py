"""Every kind of channel, one folder each of one shape."""
