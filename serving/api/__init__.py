"""JSON for machines: one module a resource, problem+json errors."""
