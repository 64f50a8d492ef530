"""What `burden evaluate --against-reviews` shows."""

from __future__ import annotations

from annotations.review_scoring import ReviewScore, bin_names
from flows.terminal import console, print_table


def print_review_score(score: ReviewScore) -> None:
    """Precision by field, and by confidence."""
    if not score.facts:
        console().print("No curator has decided on anything that the machine reads yet: `burden web` is their desk.")
        return
    console().print(
        f"{score.facts:,} facts of {score.papers:,} papers that curators judged. They look first at what is unsure,"
        " so that this is likely below what holds of all that the machine reads.",
        highlight=False,
    )
    rows = [
        (
            each.kind.replace("_", " "),
            each.field.replace("_", " "),
            each.share.in_words,
            f"{each.share.part}",
            f"{each.share.whole}",
        )
        for each in (*score.precisions, score.records)
    ]
    print_table(("kind", "field", "kept (95 %)", "right", "judged"), rows)
    console().print("\nWhole records by confidence", highlight=False)
    bins = [
        (name, share.in_words if share.whole else "", str(share.part), str(share.whole))
        for name, share in zip(bin_names(), score.records.bins, strict=True)
    ]
    print_table(("confidence", "right (95 %)", "right", "judged"), bins)
