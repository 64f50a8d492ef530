"""The desk: the page on which a curator settles a paper."""
