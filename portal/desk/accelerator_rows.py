"""Names of accelerators as they are typed: which rows of the catalogue they may mean, and a row for an unknown one."""

from __future__ import annotations

import csv
import io
from difflib import get_close_matches
from functools import cache
from importlib import resources

from extractors.lexicon.catalogue import Catalogue
from extractors.lexicon.spellings import spelling_key

_MOST_CANDIDATES = 8
_MAKERS = {
    "NVIDIA": ("nvidia", "geforce", "tesla", "rtx", "gtx", "titan", "quadro"),
    "Google": ("google", "tpu"),
    "AMD": ("amd", "radeon", "instinct"),
    "Intel": ("intel", "gaudi", "xeon"),
    "Huawei": ("huawei", "ascend"),
    "Amazon": ("amazon", "aws", "trainium", "inferentia"),
}
_KINDS = {"tpu": ("tpu",), "cpu": ("cpu", "xeon", "epyc"), "gpu": ("gpu", "geforce", "rtx", "gtx", "titan", "radeon")}


def candidates(typed: str, catalogue: Catalogue) -> list[str]:
    """Canonical names that the typed letters may be going to mean, the likeliest first.

    "1080" -> NVIDIA GeForce GTX 1080, NVIDIA GeForce GTX 1080 Ti      "tpu v3" -> Google TPU v3
    "zzz" -> none
    """
    wanted = spelling_key(typed)
    if not wanted:
        return []
    keys: dict[str, str] = {}
    for alias in catalogue.aliases():
        keys.setdefault(spelling_key(alias.text), alias.accelerator.name)
    found = [keys[key] for key in sorted((key for key in keys if wanted in key), key=lambda key: _fit(wanted, key))]
    found += [keys[key] for key in get_close_matches(wanted, keys, n=_MOST_CANDIDATES, cutoff=0.75)]
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
