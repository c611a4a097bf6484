"""Tests of model.search."""
