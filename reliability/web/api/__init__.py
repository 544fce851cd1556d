"""What every room's API shares: the error envelope, parsing, rendering, paging, and the OpenAPI document."""
