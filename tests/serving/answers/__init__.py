"""Tests of serving.answers."""
