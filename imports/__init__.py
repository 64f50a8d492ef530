"""Other people's tables of models, read into records; each repair is named."""
