"""People are told once of what goes wrong and once that it is over, whatever fails on the way."""

from __future__ import annotations

import json
import logging
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from mail_servers import Inbox, Serve, mail_servers
from webhook_receivers import Receiver, receiving

from cli import main
from db.alarms import (
    Channel,
    lasting_alarms,
    latest_alarms,
    message_failed,
    queue_untold,
    raise_alarm,
    take_message,
)
from db.engine import Engine, open_database
from db.errors import DatabaseError
from db.nights import DriftFinding, NightReport, NightStatus, StepOutcome, StepState, begin_night, save_night
from flows import alarms
from flows.alarm_channels import Webhook, channels, send_to_all, trial
from flows.alarms import (
    AlarmWatch,
    Messenger,
    Surroundings,
    backup_watched,
    silent_since,
    told,
    told_without_database,
    verdict,
    watch_silence,
    watching,
)
from flows.disk_space import FREE_DISK_GB
from flows.mail import PAUSES
from flows.settings import Settings, SettingsError, load_settings, settings_in_force

if TYPE_CHECKING:
    from homes import Home

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECRETS = ("the-secret-path", "the-secret-key")


@pytest.fixture(autouse=True)
def _no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BURDEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def serve(inbox: Inbox) -> Iterator[Serve]:
    with mail_servers(inbox) as start:
        yield start


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


@pytest.fixture
def settings(serve: Serve, receiver: Receiver) -> Settings:
    server = serve()
    return load_settings(
        smtp_host=server.host,
        smtp_port=server.port,
        smtp_from=server.sender,
        smtp_encryption="none",
        public_url=server.public_url,
        alarm_email="ops@example.org, night@example.org",
        webhook_url=receiver.url,
    )


def _no_wait(seconds: float) -> None:
    """Time is short here."""


def _night(number: int = 7, *steps: StepOutcome, status: str = "failed", **changes: Any) -> NightReport:
    report = NightReport(number, NOON, "db1 pid 7", "x1", NightStatus(status), NOON + HOUR, steps)
    return replace(report, **changes)


def _failed(name: str = "papers", message: str = "no usable answer from arXiv") -> StepOutcome:
    return StepOutcome(name, StepState.FAILED, message)


def _done(name: str = "papers") -> StepOutcome:
    return StepOutcome(name, StepState.DONE, "")


def _drift(value: float, measure: str = "share_with_runs") -> DriftFinding:
    return DriftFinding(measure, value, 0.3, 0.2, 0.4, 25)


def test_a_failed_night_is_told_by_e_mail_and_webhook(
    engine: Engine, settings: Settings, inbox: Inbox, receiver: Receiver
) -> None:
    told(engine, settings, _night(7, _failed(message="no usable answer\nfrom arXiv")), wait=_no_wait)
    (message,) = inbox.messages
    assert message["Subject"] == "burden ALARM: step papers of night 7 failed"
    assert message["X-Envelope-To"] == "ops@example.org, night@example.org"
    assert "from arXiv" in message.get_content() and "burden runs 7" in message.get_content()
    (body,) = receiver.taken
    assert body["event"] == "raised" and body["cause"] == "step papers" and body["product"] == "burden"
    assert body["summary"] == "step papers of night 7 failed" and "from arXiv" in body["detail"]
    assert body["text"].startswith("burden ALARM: step papers of night 7 failed\n")
    assert receiver.paths == ["/services/T0/the-secret-path?key=the-secret-key"]


def test_a_cause_is_told_once_until_it_is_over(engine: Engine, settings: Settings, receiver: Receiver) -> None:
    for number in (7, 8):
        told(engine, settings, _night(number, _failed()), wait=_no_wait)
    told(engine, settings, _night(9, _done(), _failed("release"), status="incomplete"), wait=_no_wait)
    told(engine, settings, _night(10, _done(), _done("release"), status="succeeded"), wait=_no_wait)
    told(engine, settings, _night(11, _done(), _done("release"), status="succeeded"), wait=_no_wait)
    said = [("raised", "step papers"), ("over", "step papers"), ("raised", "step release"), ("over", "step release")]
    assert receiver.events() == said
    assert receiver.taken[1]["text"].startswith("burden all clear: step papers of night 7 failed\n")


def test_an_alarm_that_was_noticed_where_nobody_can_be_told_is_told_by_whoever_can(
    engine: Engine, settings: Settings, receiver: Receiver, inbox: Inbox
) -> None:
    silent, by_mail_alone = load_settings(), load_settings(**{**settings.model_dump(), "webhook_url": ""})
    told(engine, silent, _night(7, _failed()), wait=_no_wait)
    told(engine, by_mail_alone, _night(8, _failed()), wait=_no_wait)
    assert len(inbox.messages) == 1
    for _ in range(2):
        Messenger(engine, channels(settings), wait=_no_wait).send_due()
    assert receiver.events() == [("raised", "step papers")]
    told(engine, silent, _night(9, _done(), status="succeeded"), wait=_no_wait)
    Messenger(engine, channels(settings), wait=_no_wait).send_due()
    assert receiver.events() == [("raised", "step papers"), ("over", "step papers")] and len(inbox.messages) == 2


def test_drift_is_told_by_measure_and_a_night_without_a_range_says_nothing(
    engine: Engine, settings: Settings, receiver: Receiver
) -> None:
    other = _drift(0.3, "mean_confidence")
    nights = (
        (_drift(0.05), other),
        (_drift(0.06), other),
        (DriftFinding("share_with_runs", 0.3),),
        (_drift(0.3), other),
    )
    for number, drift in enumerate(nights):
        told(engine, settings, _night(number, _done(), status="succeeded", drift=drift), wait=_no_wait)
    cause = "drift of share_with_runs"
    assert receiver.events() == [("raised", cause), ("over", cause)]
    summary = "share of papers with training runs was 0.05 in night 0, usually 0.2 to 0.4 (25 nights)"
    assert receiver.taken[0]["summary"] == summary


def test_a_disk_that_runs_full_is_told_before_it_is_and_when_there_is_room_again(
    engine: Engine, settings: Settings, receiver: Receiver
) -> None:
    for number, free_gb in enumerate((80.0, 4.2, 3.9, None, 60.0)):
        measures = {} if free_gb is None else {FREE_DISK_GB: free_gb}
        told(engine, settings, _night(number, _done(), status="succeeded", measures=measures), wait=_no_wait)
    assert receiver.events() == [("raised", "disk of db1"), ("over", "disk of db1")]
    assert receiver.taken[0]["summary"] == "4.2 GB are left on a disk of db1 after night 1"
    assert "BURDEN_LOW_DISK_GB is 5." in receiver.taken[0]["detail"]
    full = _night(7, _done(), status="succeeded", measures={FREE_DISK_GB: 0.1})
    assert verdict(full, Surroundings(low_disk_gb=0)).troubles == ()


def test_the_disk_of_one_machine_says_nothing_of_another_s_unless_that_has_long_run_no_night(
    engine: Engine, settings: Settings, receiver: Receiver
) -> None:
    for hours, machine, free_gb in ((0, "a/3f9c0a12", 3.0), (24, "b", 60.0), (48, "a/3f9c0a12", 3.0), (240, "b", 60.0)):
        begun = begin_night(engine, NOON + timedelta(hours=hours), f"{machine} pid 7", "x1")
        measures = {FREE_DISK_GB: free_gb}
        report = replace(begun, status=NightStatus.SUCCEEDED, steps=(_done(),), finished=NOON, measures=measures)
        save_night(engine, report)
        told(engine, settings, report, wait=_no_wait)
        expected = [("raised", "disk of a")] + [("over", "disk of a")] * (hours == 240)
        assert receiver.events() == expected


def test_a_night_that_somebody_stopped_is_no_alarm_and_one_that_failed_before_any_step_is() -> None:
    assert verdict(_night(7, status="interrupted")).troubles == ()
    skipped = StepOutcome("release", StepState.SKIPPED, "")
    assert verdict(_night(7, skipped, status="interrupted")).over == ()
    (trouble,) = verdict(_night(7)).troubles
    assert trouble.cause == "night"
    assert "night" in verdict(_night(8, status="succeeded")).over


def test_what_no_night_does_any_more_is_over_with_one_that_succeeds(engine: Engine) -> None:
    retired = "drift of share_with_figures"
    for cause in ("step release", "step training", "drift of share_failed", retired):
        raise_alarm(engine, cause, cause, "", NOON)
    unasked = StepOutcome("release", StepState.SKIPPED, "none is asked for")
    told(engine, load_settings(), _night(8, _done("papers"), _failed("analysis"), unasked, status="incomplete"))
    lasting = ["step release", "step training", "drift of share_failed", "step analysis"]
    assert [alarm.cause for alarm in lasting_alarms(engine)] == lasting
    told(engine, load_settings(), _night(9, _done("papers"), _done("analysis"), unasked, status="succeeded"))
    assert [alarm.cause for alarm in lasting_alarms(engine)] == ["drift of share_failed"]


def test_a_week_of_nights_that_find_no_paper_is_told(engine: Engine, settings: Settings, receiver: Receiver) -> None:
    def after(days: int, found: int, state: StepState = StepState.DONE) -> list[tuple[str, str]]:
        report = begin_night(engine, NOON + timedelta(days=days), "db1", "x1")
        steps = (StepOutcome("papers", state, ""),)
        report = replace(report, steps=steps, counts={"papers_seen": 9, "papers_relevant": found}, finished=NOON)
        save_night(engine, report)
        told(engine, settings, report, wait=_no_wait)
        return receiver.events()

    assert after(0, 3) == after(1, 0) == after(4, 0) == after(7, 0) == []
    assert after(8, 0, StepState.SKIPPED) == [], "that night did not look"
    assert after(9, 0) == [("raised", "no papers")]
    assert receiver.taken[0]["summary"] == "no relevant paper has been found since the night of 2026-03-03"
    assert after(10, 0) == [("raised", "no papers")]
    assert after(11, 1) == [("raised", "no papers"), ("over", "no papers")]


def test_alarms_of_other_databases_have_other_ids(
    empty_database: Path, settings: Settings, receiver: Receiver, inbox: Inbox, tmp_path: Path
) -> None:
    for name in ("production", "staging"):
        opened = open_database(f"sqlite:///{shutil.copy(empty_database, tmp_path / name)}")
        told(opened, settings, _night(7, _failed()), wait=_no_wait)
        opened.dispose()
    assert len({body["id"] for body in receiver.taken}) == 2
    assert len({message["Message-ID"] for message in inbox.messages}) == 2


def test_a_receiver_that_stumbles_is_asked_again_at_once(
    engine: Engine, settings: Settings, receiver: Receiver
) -> None:
    receiver.answers = [500, 0]
    told(engine, settings, _night(7, _failed()), wait=_no_wait)
    assert len(receiver.paths) == 3 and receiver.events() == [("raised", "step papers")]


def test_what_can_not_be_sent_waits_for_a_later_moment(
    engine: Engine, settings: Settings, receiver: Receiver, inbox: Inbox
) -> None:
    receiver.answers = [503] * 3
    told(engine, settings, _night(7, _failed()), wait=_no_wait)
    assert receiver.taken == [] and len(inbox.messages) == 1

    def later(pause: timedelta) -> int:
        now = datetime.now(UTC) + pause
        return Messenger(engine, channels(settings), wait=_no_wait, now=lambda: now).send_due()

    assert later(PAUSES[0] / 2) == 0
    assert later(PAUSES[0]) == 1
    assert receiver.events() == [("raised", "step papers")] and len(inbox.messages) == 1
    assert later(timedelta(days=9)) == 0


def test_it_is_given_up_in_the_end(engine: Engine, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    receiver.answers = [410] * 99
    raise_alarm(engine, "silence", "no night", "", NOON)
    now, webhook = NOON, {Channel.WEBHOOK: Webhook(receiver.url)}
    for pause in (*PAUSES, timedelta(days=1)):
        assert Messenger(engine, webhook, wait=_no_wait, now=lambda now=now: now).send_due() == 1
        now += pause
    assert Messenger(engine, webhook, wait=_no_wait, now=lambda: now + timedelta(days=99)).send_due() == 0
    assert len(receiver.paths) == 3 * (len(PAUSES) + 1)
    assert "no night: the webhook is given up: http://127.0.0.1:" in caplog.text and "HTTP 410" in caplog.text


@pytest.mark.parametrize("trouble", ["silent", "refused", "dropped", "redirect", "no host", "no name", "no password"])
def test_the_secret_part_of_the_address_is_in_no_log_and_no_redirect_is_followed(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    caplog.set_level(logging.DEBUG)
    url = receiver.url.replace("://", "://user:the-secret-key@")
    if trouble == "refused":
        receiver.answers = [404] * 3
    elif trouble == "dropped":
        receiver.answers = [0] * 3
    elif trouble == "redirect":
        receiver.answers, receiver.headers = [307] * 3, {"Location": receiver.url}
    elif trouble == "silent":
        url = "http://127.0.0.1:1/the-secret-path"
    else:
        url = {
            "no host": "http://no-such-host.invalid/the-secret-path",
            "no name": "http://hooks..example.org/the-secret-path",
            "no password": "http://me:the-secret-key€@127.0.0.1:1/the-secret-path",
        }[trouble]
    settings = load_settings(webhook_url=url)
    outcome = send_to_all(channels(settings), trial(), _no_wait)
    assert receiver.taken == [] and len(receiver.paths) in (0, 3)
    assert outcome[Channel.WEBHOOK].startswith("http://")
    shown = [*settings_in_force(settings), repr(settings), repr(Webhook(url)), Webhook(url).shown, outcome]
    for secret in SECRETS:
        assert secret not in caplog.text and secret not in str(shown)


def test_an_answer_that_never_comes_is_not_waited_for_for_ever(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.alarm_channels._ANSWER_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        outcome = send_to_all({Channel.WEBHOOK: Webhook(url)}, trial(), _no_wait)
    assert outcome[Channel.WEBHOOK].endswith("can't be reached: ReadTimeout")


def test_a_night_whose_database_is_away_is_told_all_the_same(
    engine: Engine, settings: Settings, receiver: Receiver, tmp_path: Path
) -> None:
    engine.dispose()
    (tmp_path / "burden.sqlite").write_bytes(b"no database" * 1000)
    told(engine, settings, _night(7, _failed()), wait=_no_wait)
    assert receiver.events() == [("raised", "step papers")]


def test_a_backup_that_fails_is_told_once_until_one_succeeds(
    engine: Engine, settings: Settings, receiver: Receiver
) -> None:
    for _ in range(2):
        with pytest.raises(OSError, match="No space"), backup_watched(engine, settings, wait=_no_wait):
            raise OSError(28, "No space left on device")
    assert receiver.events() == [("raised", "backup")]
    assert "No space left on device" in receiver.taken[0]["detail"]
    with backup_watched(engine, settings, wait=_no_wait):
        pass
    assert receiver.events() == [("raised", "backup"), ("over", "backup")]


def test_a_night_that_can_not_begin_is_told_without_a_database(settings: Settings, receiver: Receiver) -> None:
    told_without_database(settings, DatabaseError("PostgreSQL can't be reached"), wait=_no_wait)
    assert receiver.events() == [("raised", "night")]
    assert receiver.taken[0]["detail"] == "PostgreSQL can't be reached"


def test_a_night_is_not_hindered_by_what_nobody_foresaw(
    engine: Engine, settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "verdict", lambda *arguments, **named: 1 / 0)
    told(engine, settings, _night(7, _failed()), wait=_no_wait)
    assert "of night 7 nobody was told" in caplog.text


def test_a_night_is_not_hindered_by_settings_that_can_not_be_used(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    told(engine, load_settings(webhook_url="hooks.example.org/x"), _night(7, _failed()), wait=_no_wait)
    assert "nobody is told of alarms: BURDEN_WEBHOOK_URL must be an address that begins with https://" in caplog.text
    assert [alarm.cause for alarm in lasting_alarms(engine)] == ["step papers"]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"webhook_url": "ftp://example.org/x"}, "BURDEN_WEBHOOK_URL"),
        ({"webhook_url": "https://"}, "BURDEN_WEBHOOK_URL"),
        ({"webhook_url": "https://[x/y"}, "BURDEN_WEBHOOK_URL"),
        ({"alarm_email": "ops"}, "BURDEN_ALARM_EMAIL"),
        ({"alarm_email": "ops@example.org\nBcc: all@example.org"}, "BURDEN_ALARM_EMAIL"),
        ({"alarm_email": "ops@example.org", "smtp_host": ""}, "BURDEN_SMTP_HOST"),
    ],
)
def test_channels_that_can_not_be_used_are_refused(changed: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        channels(load_settings(**changed))


# --- silence ---


def _succeeded(engine: Engine, at: datetime) -> None:
    begun = begin_night(engine, at - HOUR, "db1", "x1")
    save_night(engine, replace(begun, status=NightStatus.SUCCEEDED, finished=at))


def test_silence_is_counted_from_the_last_success_or_else_from_the_first_night(engine: Engine) -> None:
    settings = load_settings(silence_hours=24)
    assert silent_since(engine, settings, NOON) is None, "nobody waits for a night"
    begin_night(engine, NOON, "db1", "x1")
    assert silent_since(engine, settings, NOON + 24 * HOUR) is None
    assert silent_since(engine, settings, NOON + 25 * HOUR) == NOON
    _succeeded(engine, NOON + 26 * HOUR)
    begin_night(engine, NOON + 27 * HOUR, "db1", "x1")
    assert silent_since(engine, settings, NOON + 50 * HOUR) is None
    assert silent_since(engine, settings, NOON + 51 * HOUR) == NOON + 26 * HOUR
    assert silent_since(engine, load_settings(silence_hours=0), NOON + 999 * HOUR) is None


def test_the_watch_tells_of_silence_once_and_of_its_end(engine: Engine, settings: Settings, receiver: Receiver) -> None:
    clock = [NOON]
    watch = AlarmWatch(engine, settings, now=lambda: clock[0])
    _succeeded(engine, NOON)
    for hours in (1, 96, 97, 98):
        clock[0] = NOON + hours * HOUR
        watch.look()
    assert receiver.events() == [("raised", "silence")]
    assert receiver.taken[0]["summary"] == "no night has succeeded since 2026-03-02 12:00 UTC"
    _succeeded(engine, clock[0])
    watch.look()
    assert receiver.events() == [("raised", "silence"), ("over", "silence")]


def test_watchers_that_allow_other_hours_do_not_end_silence_for_each_other(engine: Engine) -> None:
    _succeeded(engine, NOON)
    for hours in (0, 48, 96, 48):
        watch_silence(engine, load_settings(silence_hours=hours), NOON + 60 * HOUR)
    assert [alarm.over for alarm in latest_alarms(engine, 9)] == [None]
    _succeeded(engine, NOON + 61 * HOUR)
    watch_silence(engine, load_settings(silence_hours=96), NOON + 62 * HOUR)
    assert lasting_alarms(engine) == []


def test_the_watch_tells_of_a_database_that_stays_away(
    engine: Engine, settings: Settings, receiver: Receiver, tmp_path: Path
) -> None:
    clock, file = [NOON], tmp_path / "burden.sqlite"
    watch = AlarmWatch(engine, settings, now=lambda: clock[0])

    def look() -> None:
        watch.look()
        watch.look_at_database()

    look()
    engine.dispose()
    kept = file.read_bytes()
    for minutes in (11, 13, 16, 17):
        file.write_bytes(b"no database" * 1000)
        clock[0] = NOON + timedelta(minutes=minutes)
        look()
        engine.dispose()
    assert receiver.events() == [("raised", "database")]
    assert receiver.taken[0]["summary"] == "the database can't be used since 2026-03-02 12:11 UTC"
    file.write_bytes(kept)
    look()
    assert receiver.events() == [("raised", "database"), ("over", "database")]


def test_the_watch_tells_of_a_database_that_does_not_answer(
    engine: Engine, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [NOON]
    watch = AlarmWatch(engine, settings, now=lambda: clock[0])
    events = []

    def hangs(*_: object) -> None:
        for minutes in (4, 6, 7):
            clock[0] = NOON + timedelta(minutes=minutes)
            watch.look_at_database()
            events.append(receiver.events())

    with monkeypatch.context() as patched:
        patched.setattr(alarms, "watch_silence", hangs)
        watch.look()
    assert events == [[], [("raised", "database")], [("raised", "database")]]
    watch.look_at_database()
    assert receiver.events() == [("raised", "database"), ("over", "database")]


def test_the_threads_outlive_what_nobody_foresaw(
    engine: Engine, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_alarm(engine, "step papers", "no papers", "", NOON)
    rounds = iter([lambda *_: 1 / 0])
    monkeypatch.setattr(alarms, "_ROUND_SECONDS", 0.01)
    monkeypatch.setattr(alarms, "watch_silence", lambda *given: next(rounds, watch_silence)(*given))
    with watching(engine, settings):
        assert receiver.came.wait(30)
    assert receiver.events() == [("raised", "step papers")]


def test_the_thread_sends_what_waits_and_is_there_only_where_somebody_is_to_be_told(
    engine: Engine, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_alarm(engine, "step papers", "no papers", "", NOON)
    with watching(engine, settings):
        assert receiver.came.wait(30)
    assert receiver.events() == [("raised", "step papers")]
    monkeypatch.setattr(alarms, "AlarmWatch", None)
    with watching(engine, load_settings()):
        pass


# --- at the command line ---


def test_a_trial_is_sent_by_all_channels_and_says_what_became_of_it(
    home: Home, settings: Settings, receiver: Receiver, inbox: Inbox
) -> None:
    nobody = home.burden("alarm", "test")
    assert nobody.returncode == 1 and "set BURDEN_WEBHOOK_URL, or BURDEN_ALARM_EMAIL" in nobody.stderr

    names = ("smtp_host", "smtp_port", "smtp_from", "smtp_encryption", "public_url", "alarm_email", "webhook_url")
    variables = tuple((f"BURDEN_{name.upper()}", str(getattr(settings, name))) for name in names)
    at_work = type(home)(home.path, (*variables, ("NO_PROXY", "127.0.0.1")))
    sent = at_work.burden("--debug", "alarm", "test")
    assert sent.returncode == 0, sent.stderr
    assert receiver.events() == [("trial", "trial")] and len(inbox.messages) == 1
    assert f"webhook: sent to {receiver.address}/…" in sent.stdout and "e-mail: sent to ops@example.org" in sent.stdout
    for secret in SECRETS:
        assert secret not in sent.stdout + sent.stderr


def test_alarms_are_listed_and_the_doctor_tells_of_silence(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BURDEN_DATABASE_URL", f"sqlite:///{tmp_path}/burden.sqlite")

    def burden(*arguments: str) -> str:
        return CliRunner().invoke(main, arguments).stdout

    raise_alarm(engine, "step papers", "step papers of night 7 failed", "no answer", NOON)
    queue_untold(engine, [Channel.WEBHOOK], NOON)
    message = take_message(engine, NOON, HOUR, [Channel.WEBHOOK])
    assert message is not None
    message_failed(engine, message, "HTTP 404", None)
    begin_night(engine, NOON, "db1", "x1")
    (listed,) = json.loads(burden("alarm", "list", "--json"))
    assert listed["cause"] == "step papers" and listed["over"] is None
    assert listed["not_told"] == ["webhook: HTTP 404"]
    assert "step papers of night 7 failed" in burden("alarm", "list")
    findings = json.loads(burden("doctor", "--json"))
    found = {finding["subject"]: finding for finding in findings}
    assert found["nights"]["health"] == "broken"
    assert found["nights"]["value"] == "no night has succeeded since 2026-03-02 12:00 UTC"
    alarm_values = [finding["value"] for finding in findings if finding["subject"] == "alarm"]
    assert alarm_values == ["step papers of night 7 failed", "not told by webhook: HTTP 404"]
    assert found["BURDEN_WEBHOOK_URL"]["value"] == "(not set)"
