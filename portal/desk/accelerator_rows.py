"""Names of accelerators as they are typed: which rows of the catalogue they may mean, and a row for an unknown one."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources

from extractors.lexicon.catalogue import Catalogue
from extractors.lexicon.spellings import spelling_key
from models.burden import GENERIC_NAMES

_MOST_CANDIDATES = 8
_MOST_PROPOSED = 4
_CLOSE = 0.65
_LONGEST_NAME = 80
"""Letters of what may be a name of hardware; more are none, and would take long to compare."""
_MAKERS = {
    "NVIDIA": ("nvidia", "geforce", "tesla", "rtx", "gtx", "titan", "quadro"),
    "Google": ("google", "tpu"),
    "AMD": ("amd", "radeon", "instinct"),
    "Intel": ("intel", "gaudi", "xeon"),
    "Huawei": ("huawei", "ascend"),
    "Amazon": ("amazon", "aws", "trainium", "inferentia"),
}
_KINDS = {"tpu": ("tpu",), "cpu": ("cpu", "xeon", "epyc"), "gpu": ("gpu", "geforce", "rtx", "gtx", "titan", "radeon")}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to do about a name that the catalogue lacks: one of its names that may be meant, or a row for a new one."""

    name: str
    candidates: tuple[str, ...]
    row: str


def proposal(name: object, source: str, catalogue: Catalogue) -> Proposal | None:
    """For an accelerator's value; None where the catalogue has it, or no model is named.

    "V1000" -> NVIDIA Tesla V100, …, and a row "V1000,V1000,…"      "V100", "GPU", None -> None
    """
    if not isinstance(name, str) or name in GENERIC_NAMES or catalogue.find(name) is not None:
        return None
    shown = name[:_LONGEST_NAME]
    return Proposal(shown, tuple(candidates(name, catalogue)[:_MOST_PROPOSED]), proposed_row(shown, source))


def source_of(paper_key: str) -> str:
    """ "1706.03762" -> "https://arxiv.org/abs/1706.03762"        "sha256:4f2a…" -> "sha256:4f2a91c0b7d3" """
    return paper_key[:19] if paper_key.startswith("sha256:") else f"https://arxiv.org/abs/{paper_key}"


def candidates(typed: str, catalogue: Catalogue) -> list[str]:
    """Canonical names that the typed letters may be going to mean, the likeliest first.

    "1080" -> NVIDIA GeForce GTX 1080, NVIDIA GeForce GTX 1080 Ti      "tpu v3" -> Google TPU v3
    "zzz" -> none
    """
    wanted = spelling_key(typed) if len(typed) <= _LONGEST_NAME else ""
    if not wanted:
        return []
    keys: dict[str, str] = {}
    for alias in catalogue.aliases():
        keys.setdefault(spelling_key(alias.text), alias.accelerator.name)
    found = [keys[key] for key in sorted((key for key in keys if wanted in key), key=lambda key: _fit(wanted, key))]
    found += [keys[key] for key in get_close_matches(wanted, keys, n=_MOST_CANDIDATES, cutoff=_CLOSE)]
    return list(dict.fromkeys(found))[:_MOST_CANDIDATES]


def _fit(wanted: str, key: str) -> tuple[bool, int, str]:
    return not key.startswith(wanted), len(key), key


def proposed_row(name: str, source: str) -> str:
    """A line for ``accelerators.csv`` with what is known of an unknown accelerator; the rates are left to look up.

    ("Zephyr Q9", "https://arxiv.org/abs/2401.00001") -> a row with name, alias and where it was met. It is no row
    yet: its source must become that of its rates.
    """
    lowered = name.casefold()
    row = dict.fromkeys(_columns(), "")
    row["name"] = row["aliases"] = name.replace("|", " ")
    row["maker"] = next((maker for maker, words in _MAKERS.items() if any(word in lowered for word in words)), "")
    row["kind"] = next((kind for kind, words in _KINDS.items() if any(word in lowered for word in words)), "other")
    row["note"] = f"named in {source}; look up its rates and give their source"
    line = io.StringIO()
    csv.DictWriter(line, _columns(), lineterminator="").writerow(row)
    return line.getvalue()


@cache
def _columns() -> tuple[str, ...]:
    """As the file has them, in its order."""
    text = resources.files("extractors.lexicon").joinpath("accelerators.csv").read_text(encoding="utf-8")
    return tuple(next(csv.reader(text.splitlines())))
