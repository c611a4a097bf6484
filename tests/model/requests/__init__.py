"""Tests of model.requests."""
