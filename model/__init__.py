"""From a mail to a decision: encoders, heads, retrieval, policy and the bundle that holds them."""
