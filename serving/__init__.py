"""Meets the world: HTTP API, command line, database."""
