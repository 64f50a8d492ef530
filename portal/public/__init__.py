"""Pages for everybody: what is known, with its evidence. None asks for an account."""
