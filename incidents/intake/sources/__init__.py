"""Kinds of integrations: one folder each, with how it is parsed, asked for, and shown to whoever sets it up."""
