"""``burden`` on another day: ``python on_day.py 2024-03-04T03:30 ingest --json``. The hours pass from then on.

``python on_day.py 2024-03-04T03:30 night-flow`` runs what `burden schedule` has Prefect run.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import time_machine

from cli import main

if __name__ == "__main__":
    moment = datetime.fromisoformat(sys.argv.pop(1)).replace(tzinfo=UTC)
    with time_machine.travel(moment, tick=True):
        if sys.argv[1:] == ["night-flow"]:
            from flows.prefect_nightly import night_flow

            sys.exit(not night_flow(with_release=False, return_state=True).is_completed())
        main(prog_name="burden")
