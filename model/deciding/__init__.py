"""From what is understood to an action: policy values, rules of administrators, and the checks that an automatic reply must pass."""
