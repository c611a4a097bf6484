"""Tests of `serving.what_if`."""
