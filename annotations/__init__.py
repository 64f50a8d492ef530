"""Gold data, review rules and evaluation."""
