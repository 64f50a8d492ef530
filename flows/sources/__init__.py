"""The boundary to arXiv, folders and tars: where papers come from."""
