"""Tests of model.risk."""
