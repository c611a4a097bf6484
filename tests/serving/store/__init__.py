"""Tests of serving.store."""
