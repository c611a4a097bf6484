"""Tests of model.deciding."""
