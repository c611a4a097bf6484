"""Whether what runs still looks as it was calibrated: audited replies, new mail, its scores."""
