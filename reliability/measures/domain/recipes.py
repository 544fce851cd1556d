"""Lines to copy."""

from __future__ import annotations


def api_line(*, public_url: str) -> str:
    """A day's cost, told by curl."""
    return (
        f"curl -X POST {public_url}/api/v1/measures \\\n"
        '  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\\n'
        '  -d \'[{"service": "checkout", "measure": "cost", "start": "2026-03-01", "end": "2026-03-02",'
        ' "value": "182.40", "unit": "EUR"},\n'
        '       {"service": "checkout", "measure": "transactions", "start": "2026-03-01", "end": "2026-03-02",'
        ' "value": 48211}]\''
    )
