"""Tests of model.prose."""
