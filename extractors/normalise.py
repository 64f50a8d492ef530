"""Drawn characters made plain: one spelling for each thing that a reader takes for the same.

Everything here works on one drawn word at a time, so that each stretch of plain text keeps
the box of the word it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set

SUPERSCRIPT_MARK = "^"

_DASHES = dict.fromkeys(map(ord, "‐‑‒–−﹣－"), "-")
_QUOTES = {ord("‘"): "'", ord("’"): "'", ord("‚"): "'", ord("“"): '"', ord("”"): '"', ord("„"): '"', ord("`"): "'"}
_TILDES = dict.fromkeys(map(ord, "∼˜≈≃"), "~")
_TIMES = dict.fromkeys(map(ord, "✕✖⨯"), "×")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"), " ")
_INVISIBLE: dict[int, str | None] = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0x00AD], None
)
_PLAIN: dict[int, str | None] = {
    **_DASHES,
    **_QUOTES,
    **_TILDES,
    **_TIMES,
    **_SPACES,
    **_INVISIBLE,
    ord("—"): " - ",
    ord("…"): "...",
    ord("⁄"): "/",
    ord("∗"): "*",
    ord("∙"): "·",
    ord("⋅"): "·",
    ord("µ"): "μ",
}

CONTROL_CHARACTERS: dict[int, str | None] = dict.fromkeys([*range(32), *range(0x7F, 0xA0)], " ")
"""Translation table: control characters (a font without a Unicode map yields them) to spaces."""

_TIMES_BETWEEN = re.compile(r"(?<=[0-9kKMBs)])\s*×\s*(?=\S)|(?<=\d)[xX](?=[A-Z(]|\d+[A-Z])")
_NOTE_MARKS = re.compile(r"(?<=[\w)%.])(?=[†‡§¶*]+[,.;:)]?(?:\s|$))")
_ACCENTS = dict(zip("´¨ˆ˜ˇ˚˙¯˘`", "\u0301\u0308\u0302\u0303\u030c\u030a\u0307\u0304\u0306\u0300", strict=True))
_ACCENTED = re.compile(r"([´¨ˆ˜ˇ˚˙¯˘]|(?<=[A-Za-z])`)([A-Za-zı])")
"""An accent drawn by itself before its letter, as old TeX fonts do."""
_SUPERSCRIPT_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT_RUN = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_POWER_BASE = re.compile(r"(?:^|[^\w.])(?:10|2|e)$|×\s?10$|x10$")
_LONGEST_POWER_BASE = len("× 10") + 1
_MARKS_AROUND = ".,;:!?()[]{}'\"*"
_EXPONENT = re.compile(r"[-+]?\d{1,3}$")


def plain_word(drawn: str) -> str:
    """One drawn word in plain characters; it may come out as several words, or as none.

    "conﬁgura" -> "configura"       "8×A100" -> "8 × A100"      "8xA100" -> "8 × A100"
    "8.43†"    -> "8.43 †"          "10¹⁸"   -> "10^18"         "−0.5"   -> "-0.5"
    "M¨uller"  -> "Müller"
    """
    if drawn.isascii():
        if "x" not in drawn and "X" not in drawn and "*" not in drawn and "`" not in drawn:
            return drawn
        text = _ACCENTED.sub(_accented, drawn).replace("`", "'") if "`" in drawn else drawn
    else:
        text = _ACCENTED.sub(_accented, drawn)
        text = _SUPERSCRIPT_RUN.sub(_unicode_superscript, text)
        text = text.translate(_PLAIN)
        if not text.isascii():
            text = _ACCENTED.sub(_accented, "".join(_plain_character(character) for character in text))
    text = _TIMES_BETWEEN.sub(" × ", text)
    text = _NOTE_MARKS.sub(" ", text)
    return " ".join(text.split())


def raised(base: str, superscript: str) -> str:
    """``superscript`` written after ``base`` on the line: a power, or a mark that stands apart.

    ("10", "18") -> "10^18"      ("×10", "-4") -> "×10^-4"
    ("GPUs", "1") -> "GPUs ^1"   ("512", "2") -> "512 ^2"      ("8.43", "†") -> "8.43 ^†"
    """
    mark = superscript.translate(_PLAIN)
    if _EXPONENT.match(mark) and _POWER_BASE.search(base):
        return f"{base}{SUPERSCRIPT_MARK}{mark}"
    return f"{base} {SUPERSCRIPT_MARK}{mark}" if base else f"{SUPERSCRIPT_MARK}{mark}"


def joined_at_line_end(last: str, following: str, vocabulary: Set[str] = frozenset()) -> str | None:
    """The one word that ``last`` (ending in a hyphen) and ``following`` make, or None if they stay two.

    ("train-", "ing") -> "training"     ("state-of-the-", "art") -> "state-of-the-art"
    ("GTX-", "1080") -> "GTX-1080"      ("8-", "GPU") -> "8-GPU"      ("GPU", "days") -> None

    A hyphen between small letters stays if the ``vocabulary`` (see ``vocabulary_of``) has the word only with it:
    ("small-", "scale") -> "small-scale" where "small-scale" stands elsewhere and "smallscale" does not.
    """
    if not last.endswith("-") or len(last) < 2 or not following:
        return None
    stem = last[:-1]
    if following[0].islower() and stem[-1].isalpha() and stem[-1].islower() and "-" not in stem:
        kept, parted = _bare(last + following), _bare(stem + following)
        return last + following if kept in vocabulary and parted not in vocabulary else stem + following
    if following[0].isalnum() and stem[-1].isalnum():
        return last + following
    return None


def vocabulary_of(words: Set[str]) -> frozenset[str]:
    """The words in small letters without the marks around them: "(Small-scale" -> "small-scale"."""
    return frozenset(map(_bare, words))


def _bare(word: str) -> str:
    return word.strip(_MARKS_AROUND).lower()


def _accented(match: re.Match[str]) -> str:
    """("´", "e") -> "é"; what has no character of its own ("¯r") stays as drawn."""
    accent, letter = match.groups()
    composed = unicodedata.normalize("NFC", ("i" if letter == "ı" else letter) + _ACCENTS[accent])
    return composed if len(composed) == 1 else match.group()


def _unicode_superscript(match: re.Match[str]) -> str:
    """Only the last characters before it are looked at: all of a long word, looked at each time, takes hours."""
    before = match.string[max(0, match.start() - _LONGEST_POWER_BASE) : match.start()]
    return raised(before, match.group().translate(_SUPERSCRIPT_DIGITS))[len(before) :]


def _plain_character(character: str) -> str:
    """Ligatures and presentation forms by their compatibility form; what no one can read is dropped."""
    if character.isascii() or character in "×·±≤≥†‡§¶~μ":
        return character
    category = unicodedata.category(character)
    if category in ("Cs", "Co", "Cn", "Cc", "Cf"):
        return ""
    if "\ufb00" <= character <= "\ufb06" or "\uff01" <= character <= "\uff5e":
        return unicodedata.normalize("NFKC", character)
    return character
