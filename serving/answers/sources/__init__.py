"""Readers of the files that answers come in: one module a kind of file, no database."""
