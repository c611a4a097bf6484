"""Tests of model.watching."""
