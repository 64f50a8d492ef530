"""The `burden` command: one thin function a command."""

import click


@click.group()
def main() -> None:
    """How much computing a deep-learning result took: from arXiv papers, with evidence, into SQL."""
