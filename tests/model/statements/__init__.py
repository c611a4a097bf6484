"""Tests of model.statements."""
