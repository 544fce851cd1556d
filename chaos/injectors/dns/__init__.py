"""Wrong answers for chosen names, by a forwarding DNS server of our own."""
