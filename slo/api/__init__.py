"""The API of objectives: /api/v1/slos, /slis, /counts, /windows, /openslo."""
