"""Annotations out to other tools and back: JSON lines of the product, Label Studio, spreadsheets."""
