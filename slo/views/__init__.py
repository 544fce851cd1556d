"""Pages of objectives and indicators: read the address, ask a selector or a service, fill a template."""
