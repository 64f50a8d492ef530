"""What is fitted or estimated from extracted records."""
