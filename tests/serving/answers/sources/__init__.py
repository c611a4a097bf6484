"""Tests of serving.answers.sources."""
