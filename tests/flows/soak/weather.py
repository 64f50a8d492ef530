"""Faults of the stand-in for arXiv, drawn by a seeded chance: what a bad season brings."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable

from loopback_arxiv import (
    Fault,
    LoggedRequest,
    cut_short,
    dropped,
    empty_page,
    html,
    malformed,
    oai_error,
    status,
    too_short_a_length,
    truncated,
    xml_bomb,
)

_Maker = Callable[[random.Random], Fault]

_ANYWHERE: dict[str, _Maker] = {
    "503": lambda chance: status(503),
    "503 with Retry-After": lambda chance: status(503, retry_after="0"),
    "429": lambda chance: status(429, retry_after="0"),
    "500": lambda chance: status(500),
    "connection dropped": lambda chance: dropped(),
    "connection cut": lambda chance: truncated(chance.randrange(400)),
    "web page": lambda chance: html(),
}
_FEEDS: dict[str, _Maker] = {
    "half a feed": lambda chance: malformed(),
    "XML bomb": lambda chance: xml_bomb(),
}
_BY_DOOR: dict[str, dict[str, _Maker]] = {
    "oai": _FEEDS,
    "api": _FEEDS | {"empty page": lambda chance: empty_page()},
    "pdf": {
        "PDF cut without a word": lambda chance: cut_short(chance.randrange(900)),
        "PDF cut, length not told": lambda chance: truncated(chance.randrange(900), announced=False),
        "length told too short": lambda chance: too_short_a_length(chance.randrange(20, 900)),
        "PDF not found": lambda chance: status(404),
    },
}
_REFUSALS_A_THOUSAND = 4
"""403 ends a run at once, so it must stay rare."""


class Weather:
    """Which fault the next request meets, if any; what struck is counted."""

    def __init__(self, seed: int, *, faults_a_hundred: int = 20) -> None:
        self.struck: Counter[str] = Counter()
        self.is_quiet = False
        self._chance = random.Random(seed)
        self._faults_a_hundred = faults_a_hundred
        self._lock = threading.Lock()

    def __call__(self, request: LoggedRequest) -> Fault | None:
        with self._lock:
            if self.is_quiet or request.door is None:
                return None
            name, maker = self._drawn(request)
            if maker is None:
                return None
            self.struck[f"{request.door}: {name}"] += 1
            return maker(self._chance)

    def _drawn(self, request: LoggedRequest) -> tuple[str, _Maker | None]:
        if self._chance.randrange(1000) < _REFUSALS_A_THOUSAND:
            return "403", lambda chance: status(403)
        if self._chance.randrange(100) >= self._faults_a_hundred:
            return "", None
        known = _ANYWHERE | _BY_DOOR[str(request.door)]
        if "resumptionToken" in request.parameters:
            known = known | {"token expired": lambda chance: oai_error("badResumptionToken")}
        return self._chance.choice(sorted(known.items()))
