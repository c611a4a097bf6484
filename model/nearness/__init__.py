"""How near two texts are, from canonical text to clusters: the parts of the search for near-duplicates."""
