"""Readers of the portal, for locust: each asks for one page a second, drawn from a file of addresses.

Run by portal_load.py. A page is asked for again and again in a minute, as the front pages are, or once, as pages of
models are: the file has addresses by kind, and the shares here say how often each kind is asked for.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

from locust import HttpUser, constant_throughput, task

_ADDRESSES: dict[str, list[str]] = json.loads(Path(os.environ["PORTAL_ADDRESSES"]).read_text())
_SHARES = {"fixed": 4, "benchmark": 4, "list": 3, "model": 5, "paper": 3, "chart rows": 2, "API": 3}


class Reader(HttpUser):
    """Somebody who looks at a page a second."""

    wait_time = constant_throughput(1)

    @task
    def look(self) -> None:
        kind = random.choices(list(_SHARES), list(_SHARES.values()))[0]  # noqa: S311
        address = random.choice(_ADDRESSES[kind])  # noqa: S311
        self.client.get(address, name=kind, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
