"""When people are told: after a night that failed or drifted, a backup that failed, nights that stay away, and the end.

Each cause is told once, when it begins, and once more when it is over. What can't be sent waits in the database and is
tried again with growing pauses, by the next night, `burden web` or `burden schedule`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event as Flag
from threading import Thread
from time import sleep

from db.alarms import AlarmMessage, end_alarm, message_failed, message_sent, raise_alarm, take_message
from db.alarms import Event as Told
from db.engine import Engine
from db.errors import DatabaseError
from db.nights import NightReport, NightStatus, StepState, last_success, nights
from flows.alarm_channels import Channels, Notice, NotSentError, channels, send_patiently, send_to_all
from flows.drift import MEASURES
from flows.mail import PAUSES
from flows.settings import Settings, SettingsError

SILENCE = "silence"
_BACKUP = "backup"
_DATABASE = "database"
_LEASE = timedelta(minutes=10)
"""For so long nobody else takes a message that is being sent."""
_ROUND_SECONDS = 30.0
_OUTAGE = timedelta(minutes=5)
"""A database that is away for so long is told of."""

log = logging.getLogger(__name__)
Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What may become an alarm."""

    cause: str
    summary: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a night, or a backup, says: troubles that it had, and causes that it shows to be over."""

    troubles: tuple[Trouble, ...]
    over: tuple[str, ...]


def verdict(report: NightReport) -> Verdict:
    """What a night's report is a reason for. A night that somebody stopped is none.

    harvest failed -> trouble "step harvest"         release done -> "step release" is over
    a measure out of its usual range -> trouble "drift of …"; back in it -> over; no range known -> neither
    succeeded -> "night" and "silence" are over
    """
    troubles: list[Trouble] = []
    over: list[str] = []
    look = f"`burden runs {report.night}` shows the night. Nothing more is said of this until it is over."
    for step in report.steps:
        cause = f"step {step.name}"
        if step.state is StepState.FAILED:
            summary = f"step {step.name} of night {report.night} failed"
            troubles.append(Trouble(cause, summary, f"{step.message}\n{look}"))
        elif step.state is StepState.DONE:
            over.append(cause)
    if report.status is NightStatus.FAILED and not troubles:
        troubles.append(Trouble("night", f"night {report.night} failed", look))
    for finding in report.drift:
        cause = f"drift of {finding.measure}"
        if finding.is_outside:
            words = MEASURES.get(finding.measure, finding.measure)
            usual = f"usually {finding.low:.3g} to {finding.high:.3g} ({finding.nights} nights)"
            summary = f"{words} was {finding.value:.3g} in night {report.night}, {usual}"
            troubles.append(Trouble(cause, summary, look))
        elif finding.low is not None:
            over.append(cause)
    if report.status is NightStatus.SUCCEEDED:
        over += ["night", SILENCE]
    return Verdict(tuple(troubles), tuple(over))


def told(engine: Engine, settings: Settings, report: NightReport, *, wait: Wait = sleep) -> None:
    """Tell of the night what is to be told of it. Nothing that fails here hinders the night: the log says what did."""
    try:
        _tell(engine, settings, verdict(report), f"night-{report.night}", wait)
    except Exception:  # whatever it is, the night itself is done and recorded
        log.exception("of night %s nobody was told", report.night)


@contextmanager
def backup_watched(engine: Engine, settings: Settings, *, wait: Wait = sleep) -> Iterator[None]:
    """Tell of the backup that the block makes: of the first that fails, and of the first that succeeds again."""
    key = f"backup-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    try:
        yield
    except (DatabaseError, OSError) as error:
        detail = f"{error}\nNothing more is said of this until a backup succeeds."
        failed = Trouble(_BACKUP, "a backup of the database failed", detail)
        _tell(engine, settings, Verdict((failed,), ()), key, wait)
        raise
    _tell(engine, settings, Verdict((), (_BACKUP,)), key, wait)


def told_without_database(settings: Settings, error: DatabaseError, *, wait: Wait = sleep) -> None:
    """Tell that a night could not even begin. Nothing can be recorded, so each such night tells it."""
    at = datetime.now(UTC)
    summary = "a night could not begin: the database can't be used"
    send_to_all(
        _usable_channels(settings), _unrecorded(f"night-{at:%Y%m%dT%H%M%S}", "night", summary, str(error), at), wait
    )


def _usable_channels(settings: Settings) -> Channels:
    try:
        return channels(settings)
    except SettingsError as error:
        log.error("nobody is told of alarms: %s", error)
        return {}


def _unrecorded(key: str, cause: str, summary: str, detail: str, at: datetime) -> Notice:
    return Notice(key, str(Told.RAISED), cause, summary, detail, at)


def _tell(engine: Engine, settings: Settings, said: Verdict, key: str, wait: Wait) -> None:
    """Have people told; ``key`` is what a receiver knows messages by that can't be recorded."""
    ways, now = _usable_channels(settings), datetime.now(UTC)
    try:
        for trouble in said.troubles:
            raise_alarm(engine, trouble.cause, trouble.summary, trouble.detail, now, ways)
        for cause in said.over:
            end_alarm(engine, cause, now, ways)
        Messenger(engine, ways, wait=wait).send_due()
    except DatabaseError as error:
        log.error("alarms can't be recorded, and are told without: %s", error)
        for trouble in said.troubles:
            told_as = f"{key}-{trouble.cause.replace(' ', '-')}"
            send_to_all(ways, _unrecorded(told_as, trouble.cause, trouble.summary, trouble.detail, now), wait)


def silent_since(engine: Engine, settings: Settings, now: datetime) -> datetime | None:
    """When the last night succeeded, if that is longer ago than it may be; else None.

    Before the first success it is counted from the first night. Without any night nobody waits for one.
    """
    if not settings.silence_hours:
        return None
    last = last_success(engine)
    if last is None:
        begun = nights(engine)
        last = begun[-1].started if begun else now
    return last if now - last > timedelta(hours=settings.silence_hours) else None


def watch_silence(engine: Engine, settings: Settings, ways: Channels, now: datetime) -> None:
    """Begin the alarm of silence, or end it."""
    since = silent_since(engine, settings, now)
    if since is None:
        end_alarm(engine, SILENCE, now, ways)
        return
    detail = (
        f"BURDEN_SILENCE_HOURS allows {settings.silence_hours:g} hours. Is `burden schedule` running? "
        "`burden runs` lists the nights. Nothing more is said of this until a night succeeds."
    )
    raise_alarm(engine, SILENCE, f"no night has succeeded since {since:%Y-%m-%d %H:%M} UTC", detail, now, ways)


class Messenger:
    """Sends the messages that are due."""

    def __init__(
        self,
        engine: Engine,
        ways: Channels,
        *,
        wait: Wait = sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine, self._ways, self._wait, self._now = engine, ways, wait, now

    def send_due(self) -> int:
        """Send what is due now; how many messages were tried."""
        tried = 0
        while (message := take_message(self._engine, self._now(), _LEASE, self._ways)) is not None:
            tried += 1
            self._send(message)
        return tried

    def _send(self, message: AlarmMessage) -> None:
        try:
            send_patiently(self._ways[message.channel].send, _notice(message), self._wait)
        except NotSentError as error:
            self._failed(message, error)
        else:
            message_sent(self._engine, message, self._now())

    def _failed(self, message: AlarmMessage, error: NotSentError) -> None:
        pause = PAUSES[message.attempts] if message.attempts < len(PAUSES) and not error.is_final else None
        message_failed(self._engine, message, str(error), self._now() + pause if pause else None)
        again = f"is tried again in {pause}" if pause else "is given up"
        log.error("%s: the %s %s: %s", message.alarm.summary, message.channel, again, error)


def _notice(message: AlarmMessage) -> Notice:
    alarm = message.alarm
    key = f"alarm-{alarm.number}-{message.event}"
    if message.event is Told.RAISED or alarm.over is None:
        return Notice(key, str(message.event), alarm.cause, alarm.summary, alarm.detail, alarm.raised)
    lasted = f"This was said on {alarm.raised:%Y-%m-%d %H:%M} UTC, and is over since {alarm.over:%Y-%m-%d %H:%M} UTC."
    return Notice(key, str(message.event), alarm.cause, alarm.summary, lasted, alarm.over)


class AlarmWatch:
    """The thread that notices silence, sends what waits, and tells of a database that stays away."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine, self._settings, self._now = engine, settings, now
        self._ways = channels(settings)
        self._stopped = Flag()
        self._messenger = Messenger(engine, self._ways, wait=self._pause, now=now)
        self._away_since: datetime | None = None
        self._away_told = False
        self._thread = Thread(target=self._run, name="alarms", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop; what waits is sent after the next start."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=_ROUND_SECONDS)

    def look(self) -> None:
        """One round."""
        now = self._now()
        try:
            watch_silence(self._engine, self._settings, self._ways, now)
            self._messenger.send_due()
        except DatabaseError as error:
            log.debug("alarms can't be read: %s", error)
            self._away_since = self._away_since or now
            if not self._away_told and now - self._away_since >= _OUTAGE:
                self._away_told = True
                self._tell_of_outage(Told.RAISED, now)
        else:
            if self._away_told:
                self._tell_of_outage(Told.OVER, now)
            self._away_since, self._away_told = None, False

    def _tell_of_outage(self, event: Told, now: datetime) -> None:
        since = self._away_since or now
        summary = f"the database can't be used since {since:%Y-%m-%d %H:%M} UTC"
        detail = "Nights can't run and pages can't be shown." if event is Told.RAISED else "It answers again."
        key = f"database-{since:%Y%m%dT%H%M%S}-{event}"
        send_to_all(self._ways, Notice(key, str(event), _DATABASE, summary, detail, now), self._pause)

    def _pause(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.look()
            self._stopped.wait(_ROUND_SECONDS)


@contextmanager
def watching(engine: Engine, settings: Settings) -> Iterator[None]:
    """Have a thread watch while the block runs; none where nobody is to be told. ``SettingsError`` as ``channels``."""
    if not channels(settings):
        yield
        return
    watch = AlarmWatch(engine, settings)
    watch.start()
    try:
        yield
    finally:
        watch.close()
