"""Tests of serving.cli."""
