"""No password, token or secret address is ever printed or logged, whatever fails, with `--debug` least of all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from webhook_receivers import receiving

_RUN = """
import sys, traceback, click
from cli import main
for line in sys.stdin:
    try:
        main(line.split(), standalone_mode=False)
    except click.ClickException as error:
        error.show()
    except (click.exceptions.Exit, SystemExit) as ended:
        print("exit", ended)
    except Exception:
        traceback.print_exc()
    print("ended:", line, flush=True)
"""

SECRETS = {
    "database": "tulip-database-pw",
    "parameter": "tulip-parameter-pw",
    "smtp": "tulip-smtp-pw",
    "webhook path": "tulip-webhook-path",
    "webhook query": "tulip-webhook-query",
    "metrics": "tulip-metrics-token-long",
    "mirror": "tulip-mirror-pw",
    "proxy": "tulip-proxy-pw",
}


def _said(commands: list[str], **variables: str) -> str:
    """All that ``burden --debug`` says when it runs these commands."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BURDEN_")}
    ran = subprocess.run(
        [sys.executable, "-c", _RUN],
        input="".join(f"--debug {command}\n" for command in commands),
        env=kept | variables,
        cwd=variables["BURDEN_HOME"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = ran.stdout + ran.stderr
    for command in commands:
        assert f"ended: --debug {command}" in said, said[-3000:]
    return said


def _unsaid(said: str) -> list[str]:
    return [
        f"{name}: …{said[max(0, at - 200) : at + 60]}…"
        for name, word in SECRETS.items()
        if (at := said.find(word)) >= 0
    ]


def test_what_fails_tells_no_secret(tmp_path: Path) -> None:
    """A database, a mail server, a mirror of arXiv and a proxy that all are away."""
    away = "127.0.0.1:9"
    everywhere = {
        "BURDEN_HOME": str(tmp_path),
        "BURDEN_SMTP_HOST": "127.0.0.1",
        "BURDEN_SMTP_PORT": "9",
        "BURDEN_SMTP_USER": "me",
        "BURDEN_SMTP_PASSWORD": SECRETS["smtp"],
        "BURDEN_SMTP_FROM": "burden@example.org",
        "BURDEN_ALARM_EMAIL": "desk@example.org",
        "BURDEN_WEBHOOK_URL": f"http://{away}/{SECRETS['webhook path']}?key={SECRETS['webhook query']}",
        "BURDEN_METRICS_TOKEN": SECRETS["metrics"],
        "BURDEN_NIGHT_PAUSE_SECONDS": "0.01",
        "BURDEN_ARXIV_DELAY_SECONDS": "0",
        "BURDEN_ARXIV_OAI_URL": f"http://{away}/oai",
        "BURDEN_ARXIV_API_URL": f"http://{away}/api",
        "BURDEN_ARXIV_PDF_URL": f"http://{away}/pdf",
        "HTTP_PROXY": f"http://me:{SECRETS['proxy']}@{away}",
        "no_proxy": "",
        "NO_PROXY": "",
    }
    url = f"postgresql://burden:{SECRETS['database']}@{away}/burden?password={SECRETS['parameter']}&connect_timeout=1"
    said = _said(["doctor", "schedule --once"], **everywhere, BURDEN_DATABASE_URL=url)
    assert "PostgreSQL can't be reached" in said
    assert not _unsaid(said)
    said = _said(["doctor", "ingest", "alarm test"], **everywhere)
    assert f"no usable answer from http://{away}/oai" in said
    assert not _unsaid(said)
    mirror = {"BURDEN_ARXIV_OAI_URL": f"http://me:{SECRETS['mirror']}@{away}/oai"}
    said = _said(["doctor", "ingest"], **everywhere | mirror)
    assert "~/.netrc" in said
    assert not _unsaid(said)


def test_a_webhook_s_address_is_in_no_log_of_what_was_sent(tmp_path: Path) -> None:
    with receiving() as receiver:
        address = f"{receiver.address}/{SECRETS['webhook path']}?key={SECRETS['webhook query']}"
        said = _said(["alarm test", "doctor"], BURDEN_HOME=str(tmp_path), BURDEN_WEBHOOK_URL=address, NO_PROXY="*")
        assert "webhook: sent" in said
    assert not _unsaid(said)
