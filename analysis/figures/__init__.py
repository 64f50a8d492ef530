"""Figures of an analysis, each as SVG with links and as PNG, the same bytes for the same data."""
