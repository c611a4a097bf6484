"""What a text states: periods, prices, dates, times, contacts, products, negations; and whether two texts disagree."""
