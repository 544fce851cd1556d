"""Incidents: on call, paging, response, and alerts from outside. Each is a room of its own."""
