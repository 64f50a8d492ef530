"""Selected words as quote and boxes."""

import pytest

from extractors.records import Box
from portal.desk.word_evidence import SelectionError, indexes_of, selection_of

WORDS = [
    (100.0 + 40 * (place % 5), 200.0 + 12 * (place // 5), 130.0 + 40 * (place % 5), 210.0 + 12 * (place // 5), text)
    for place, text in enumerate("We train on 8 V100 GPUs for 3.5 days. It took 18 V100 GPUs".split())
]


def test_selected_words_become_one_quote_with_a_box_for_each_line():
    selection = selection_of(WORDS, [5, 3, 4, 6])
    assert selection.quote == "8 V100 GPUs for"
    assert selection.boxes == (Box(220, 200, 290, 210), Box(100, 212, 170, 222))


@pytest.mark.parametrize("indexes", [[], [-1], [0, 99], [14]])
def test_words_that_are_not_on_the_page_are_refused(indexes):
    with pytest.raises(SelectionError, match="select words"):
        selection_of(WORDS, indexes)


def test_a_quote_longer_than_may_be_kept_is_refused():
    long = [(*word[:4], "x" * 60) for word in WORDS]
    with pytest.raises(SelectionError, match="at most 500 characters"):
        selection_of(long, range(len(long)))
    with pytest.raises(SelectionError, match="at most 150 words"):
        selection_of(WORDS * 20, range(160))


@pytest.mark.parametrize(
    ("quote", "indexes"),
    [
        ("8 v100 gpus, for", [3, 4, 5, 6]),
        ("3.5 days", [7, 8]),
        ("18 V100", [11, 12]),
        ("8 V100 GPUs", [3, 4, 5]),
        ("9 V100", []),
        ("...", []),
        ("", []),
    ],
)
def test_a_written_quote_is_found_again_from_the_beginning_of_a_word(quote, indexes):
    assert indexes_of(WORDS, quote) == indexes
