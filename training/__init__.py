"""A better bundle, offline: learn, evaluate, compare, promote."""
