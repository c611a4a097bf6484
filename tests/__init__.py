"""Tests mirror the packages; journeys are whole stories."""
