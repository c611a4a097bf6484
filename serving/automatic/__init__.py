"""Replies without a person: reserved, released once, watched, and stopped."""
