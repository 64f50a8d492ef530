"""What can go wrong with a release."""

from __future__ import annotations


class ReleaseError(Exception):
    """A release that can't be made, or made again; the message says why, and what to do."""
