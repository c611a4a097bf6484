"""The parts of the search index: keys, vectors, spelling, filters."""
