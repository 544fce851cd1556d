"""Whether a service is ready for production: what the system proves by itself, and evidence for the rest."""
