"""A Prefect server of the tests' own, with a home of its own and an impatient scheduler."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


def asking_again() -> requests.Session:
    """A session that asks again where Prefect's server says that its database is busy (503), or hangs up.

    Prefect's own clients do the same (its setting ``PREFECT_CLIENT_MAX_RETRIES``).
    """
    session = requests.Session()
    busy = Retry(total=8, status_forcelist=(503,), allowed_methods=None, backoff_factor=0.5)
    session.mount("http://127.0.0.1", HTTPAdapter(max_retries=busy))
    return session


def until_given(condition: Callable[[], Any], server: subprocess.Popen[bytes], seconds: float = 300) -> Any:
    """What ``condition`` gives as soon as it gives something."""
    end = monotonic() + seconds
    while not (found := condition()):
        assert server.poll() is None, "the Prefect server ended"
        assert monotonic() < end, "waited in vain"
        Event().wait(0.1)
    return found


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def running_prefect(home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Address of its API, and its process."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "0",
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
        "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "1",
    }
    log = (home / "server.log").open("wb")
    command = [str(Path(sys.executable).parent / "prefect"), "server", "start", "--no-ui"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    api = f"http://127.0.0.1:{port}/api"

    def healthy() -> bool:
        try:
            return requests.get(f"{api}/health", timeout=5).ok
        except requests.ConnectionError:
            return False

    try:
        until_given(healthy, server)
        yield api, server
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()
