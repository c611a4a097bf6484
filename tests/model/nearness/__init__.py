"""Tests of model.nearness."""
