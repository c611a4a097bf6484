"""One script a contestant, run in the contestant's own environment, with its pinned requirements beside it."""
