"""The queue of papers: which are shown, in which order they are gone through, and hardware that is new."""
