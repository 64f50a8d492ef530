"""``burden`` on another day: ``python on_day.py 2024-03-04T03:30 ingest --json``. The hours pass from then on."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import time_machine

from cli import main

if __name__ == "__main__":
    moment = datetime.fromisoformat(sys.argv.pop(1)).replace(tzinfo=UTC)
    with time_machine.travel(moment, tick=True):
        main(prog_name="burden")
