"""Tests of the replies without a person."""
