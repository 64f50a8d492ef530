"""The extractor's version, to be had without loading what extracts."""

EXTRACTOR_VERSION = "1"
"""Raised with every change that may read something else in a paper; stored papers are then read anew."""
