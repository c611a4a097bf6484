"""What the project promises about large answer bases, shown on bases that are made here from a seed."""
