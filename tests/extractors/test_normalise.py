"""Drawn words made plain: what changes, what may not, and where each character comes from."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractors.normalise import CONTROL_CHARACTERS, joined_at_line_end, plain_word, raised, vocabulary_of

drawn_words = st.text(
    st.one_of(
        st.sampled_from("abcdefxXkKMBsGPU0123456789.,()%-+^*`'/"),
        st.sampled_from("ﬁﬂﬀﬃﬄ‐‑–—−×✕·∙⁰¹²³⁴⁸⁹⁻†‡§¶∗´¨ˇ˜˙ı\u00ad\u200b\u202e\u2066\ue000\ud800é文Ωµ"),
        st.characters(exclude_categories=("Zs", "Zl", "Zp", "Cc")),
    ),
    min_size=1,
    max_size=14,
)


@pytest.mark.parametrize(
    ("drawn", "plain"),
    [
        ("conﬁgura", "configura"),
        ("eﬃcient", "efficient"),
        ("8×A100-80GB", "8 × A100-80GB"),
        ("8xA100", "8 × A100"),
        ("8x8", "8x8"),
        ("max", "max"),
        ("4X", "4X"),
        ("−0.5", "-0.5"),
        ("10–14", "10-14"),
        ("8.43†", "8.43 †"),
        ("28.4∗", "28.4 *"),
        ("10¹⁸", "10^18"),
        ("10⁻⁹", "10^-9"),
        ("GPUs¹", "GPUs ^1"),
        ("NVIDIA’s", "NVIDIA's"),
        ("co\u00adoperate", "cooperate"),
        ("M¨uller", "Müller"),
        ("Lef`evre", "Lefèvre"),
        ("˜10", "~10"),
        ("\u202e001V\u202c", "001V"),
        ("\ue000\uf8ff", ""),
    ],
)
def test_plain_word(drawn: str, plain: str) -> None:
    assert plain_word(drawn) == plain


def test_a_long_word_of_superscripts_is_made_plain() -> None:
    """In time in proportion to its length; looking back at all of it for each superscript would outlast the test."""
    assert plain_word("a¹" * 300_000) == "a ^1" * 300_000


@settings(max_examples=500, deadline=None)
@given(drawn_words)
@example("x¹²x²")
@example("8××8")
@example("´´e")
@example("¯\ud7a4E")
@example("0*²")
def test_plain_once_is_plain_for_ever(drawn: str) -> None:
    """The plain words of a plain word are itself: nothing is made plain twice with another result."""
    plain = plain_word(drawn)
    assert " ".join(filter(None, (plain_word(word) for word in plain.split()))) == plain


@settings(max_examples=500, deadline=None)
@given(drawn_words)
def test_plain_words_are_parted_by_single_spaces(drawn: str) -> None:
    plain = plain_word(drawn)
    assert plain == " ".join(plain.split())


@settings(max_examples=500, deadline=None)
@given(drawn_words)
@example("4xV100s")
def test_no_letter_or_digit_is_lost(drawn: str) -> None:
    """Letters and digits stay, in their order, accents composed; marks and times signs change their spelling."""

    def kept(text: str) -> list[str]:
        spelled = "".join(
            unicodedata.normalize("NFKC", character) if "\ufb00" <= character <= "\ufb06" else character
            for character in text
        )
        return [
            character
            for character in (unicodedata.normalize("NFKD", letter)[0] for letter in spelled)
            if character.isascii() and character.isalnum() and character not in "xX"
        ]

    if "ı" not in drawn:
        assert kept(plain_word(drawn)) == kept(drawn)


@settings(max_examples=500, deadline=None)
@given(drawn_words)
def test_nothing_invisible_or_unencodable_comes_out(drawn: str) -> None:
    for character in plain_word(drawn):
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")


@given(st.text(st.characters(max_codepoint=0xFF), max_size=20))
def test_control_characters_become_spaces(text: str) -> None:
    cleaned = text.translate(CONTROL_CHARACTERS)
    assert len(cleaned) == len(text)
    assert all(unicodedata.category(character) != "Cc" for character in cleaned)


@pytest.mark.parametrize(
    ("base", "superscript", "written"),
    [
        ("10", "18", "10^18"),
        ("×10", "−4", "×10^-4"),
        ("2", "20", "2^20"),
        ("GPUs", "1", "GPUs ^1"),
        ("512", "2", "512 ^2"),
        ("8.10", "3", "8.10 ^3"),
        ("8.43", "†", "8.43 ^†"),
        ("", "1", "^1"),
    ],
)
def test_raised(base: str, superscript: str, written: str) -> None:
    assert raised(base, superscript) == written


@given(st.integers(1, 400), st.integers(1, 99))
def test_a_raised_mark_never_makes_another_number(number: int, mark: int) -> None:
    """512 with note 2 is neither 5122 nor 512 squared; only bases of powers take an exponent."""
    written = raised(str(number), str(mark))
    assert written.replace("^", "").replace(" ", "") == f"{number}{mark}"
    assert "^" in written
    assert (" " in written) == (number not in (2, 10))


@pytest.mark.parametrize(
    ("last", "following", "joined"),
    [
        ("train-", "ing", "training"),
        ("acceler-", "ators.", "accelerators."),
        ("state-of-the-", "art", "state-of-the-art"),
        ("GTX-", "1080", "GTX-1080"),
        ("8-", "GPU", "8-GPU"),
        ("V100-", "SXM2", "V100-SXM2"),
        ("GPU", "days", None),
        ("-", "1", None),
        ("10-", "—", None),
    ],
)
def test_joined_at_line_end(last: str, following: str, joined: str | None) -> None:
    assert joined_at_line_end(last, following) == joined


@pytest.mark.parametrize(
    ("elsewhere", "joined"),
    [
        (["(Log-probabilities,", "of"], "log-probabilities."),
        (["log-probabilities", "logprobabilities"], "logprobabilities."),
        (["logprobabilities"], "logprobabilities."),
        (["log-", "probabilities"], "logprobabilities."),
    ],
)
def test_the_rest_of_the_paper_tells_whether_a_hyphen_is_part_of_a_compound(elsewhere: list[str], joined: str) -> None:
    assert joined_at_line_end("log-", "probabilities.", vocabulary_of(set(elsewhere))) == joined


@given(st.text(min_size=1, max_size=10), st.text(min_size=1, max_size=10))
def test_joining_drops_at_most_the_hyphen(last: str, following: str) -> None:
    joined = joined_at_line_end(last, following)
    if joined is not None:
        assert joined in (last + following, last[:-1] + following)
        assert last.endswith("-")
