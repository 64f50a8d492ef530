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

from db.alarms import (
    AlarmMessage,
    end_alarm,
    give_up_outdated,
    lasting_alarms,
    message_failed,
    message_sent,
    queue_untold,
    raise_alarm,
    take_message,
)
from db.alarms import Event as Told
from db.engine import Engine
from db.errors import DatabaseError
from db.nights import NightReport, NightStatus, StepState, last_success, machines_since, nights
from flows.alarm_channels import Channels, Notice, NotSentError, channels, send_patiently, send_to_all
from flows.disk_space import FREE_DISK_GB
from flows.drift import MEASURES
from flows.mail import PAUSES
from flows.settings import Settings, SettingsError

SILENCE = "silence"
_NO_PAPERS = "no papers"
_BACKUP = "backup"
_DATABASE = "database"
_DISK = "disk of"
"""Before the name of the machine."""
_LEASE = timedelta(minutes=10)
"""For so long nobody else takes a message that is being sent."""
_OUTDATED = timedelta(days=7)
"""Of an alarm that has been over for so long nothing more is told."""
_ROUND_SECONDS = 30.0
_OUTAGE = timedelta(minutes=5)
"""A database that is away, or gives no answer, for so long is told of."""
_DROUGHT = timedelta(days=7)
"""Nights that find no paper for so long are told of: arXiv's longest holidays are shorter."""
_RETIRED = timedelta(days=7)
"""A machine that has run no night for so long has none to run any more."""

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


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a night is judged beside."""

    lasting: tuple[str, ...] = ()
    """Causes of alarms that are not over."""
    no_papers_since: datetime | None = None
    machines: frozenset[str] | None = None
    """Which have run a night of late; None where that is not known."""
    low_disk_gb: float = 0.0


def verdict(report: NightReport, beside: Surroundings = Surroundings()) -> Verdict:
    """What a night's report is a reason for. A night that somebody stopped is none.

    papers failed -> trouble "step papers"           release done -> "step release" is over
    a measure out of its usual range -> trouble "drift of …"; back in it -> over; no range known -> neither
    no papers since last Monday -> trouble "no papers"; papers found -> over
    3 GB free on db1 where 5 is low -> trouble "disk of db1"; 6 GB -> over; it did not come to look -> neither
    succeeded -> "night" and "silence" are over, and whatever lasts of steps: this night had none to do again
    "drift of …" that lasts, and no measure of that name -> over; "disk of …", and no such machine of late -> over
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
    if beside.no_papers_since is not None:
        summary = f"no relevant paper has been found since the night of {beside.no_papers_since:%Y-%m-%d}"
        advice = "What is new at arXiv holds none: are --category and BURDEN_RELEVANCE_FILE what they should be?"
        troubles.append(Trouble(_NO_PAPERS, summary, f"{advice}\n{look}"))
    elif report.counts.get("papers_relevant"):
        over.append(_NO_PAPERS)
    free_gb = report.measures.get(FREE_DISK_GB)
    disk = f"{_DISK} {report.machine}"
    if free_gb is not None and free_gb < beside.low_disk_gb:
        summary = f"{free_gb:,.1f} GB are left on a disk of {report.machine} after night {report.night}"
        advice = (
            "Of those that hold BURDEN_HOME, an SQLite file, PDFs and releases it has least; BURDEN_LOW_DISK_GB is "
            f"{beside.low_disk_gb:g}. A full disk ends nights; nothing stored is lost by that."
        )
        troubles.append(Trouble(disk, summary, f"{advice}\n{look}"))
    elif free_gb is not None:
        over.append(disk)
    for finding in report.drift:
        cause = f"drift of {finding.measure}"
        if finding.is_outside:
            words = MEASURES.get(finding.measure, finding.measure)
            usual = f"usually {finding.low:.3g} to {finding.high:.3g} ({finding.nights} nights)"
            summary = f"{words} was {finding.value:.3g} in night {report.night}, {usual}"
            troubles.append(Trouble(cause, summary, look))
        elif finding.low is not None:
            over.append(cause)
    succeeded = report.status is NightStatus.SUCCEEDED
    if succeeded:
        over += ["night", SILENCE]
    machines = {*beside.machines, report.machine} if beside.machines is not None else None
    for cause in beside.lasting:
        kind, _, name = cause.rpartition(" ")
        gone = {
            "step": succeeded,
            "drift of": name not in MEASURES,
            _DISK: machines is not None and name not in machines,
        }
        if gone.get(kind):
            over.append(cause)
    return Verdict(tuple(troubles), tuple(over))


def told(engine: Engine, settings: Settings, report: NightReport, *, wait: Wait = sleep) -> None:
    """Tell of the night what is to be told of it. Nothing that fails here hinders the night: the log says what did."""
    try:
        said = _verdict_in_view_of_others(engine, settings, report)
        _tell(engine, settings, said, f"night-{report.started:%Y%m%dT%H%M%S}", wait)
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


def told_without_database(settings: Settings, error: Exception, *, wait: Wait = sleep) -> None:
    """Tell that a night could not even begin. Nothing can be recorded, so each such night tells it."""
    at = datetime.now(UTC)
    notice = _unrecorded(f"night-{at:%Y%m%dT%H%M%S}", "night", "a night could not begin", str(error), at)
    send_to_all(_usable_channels(settings), notice, wait)


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
            raise_alarm(engine, trouble.cause, trouble.summary, trouble.detail, now)
        for cause in said.over:
            end_alarm(engine, cause, now)
        Messenger(engine, ways, wait=wait).send_due()
    except DatabaseError as error:
        log.error("alarms can't be recorded, and are told without: %s", error)
        for trouble in said.troubles:
            told_as = f"{key}-{trouble.cause.replace(' ', '-')}"
            send_to_all(ways, _unrecorded(told_as, trouble.cause, trouble.summary, trouble.detail, now), wait)


def _verdict_in_view_of_others(engine: Engine, settings: Settings, report: NightReport) -> Verdict:
    """As ``verdict``; where the database can't be asked, from the night alone."""
    try:
        lasting = tuple(alarm.cause for alarm in lasting_alarms(engine))
        since, machines = no_papers_since(engine, report), machines_since(engine, report.started - _RETIRED)
        return verdict(report, Surroundings(lasting, since, machines, settings.low_disk_gb))
    except DatabaseError:
        return verdict(report, Surroundings(low_disk_gb=settings.low_disk_gb))


def no_papers_since(engine: Engine, report: NightReport) -> datetime | None:
    """When the first of the nights up to this one began that found no relevant paper, if that is a week ago; else None.

    Nights that did not come through arXiv's list say nothing: neither that there are papers, nor that there are none.
    """
    if _papers_found(report) != 0:
        return None
    since = report.started
    for earlier in nights(engine):
        found = _papers_found(earlier)
        if found:
            break
        if found == 0:
            since = earlier.started
    return since if report.started - since >= _DROUGHT else None


def _papers_found(report: NightReport) -> int | None:
    """None where the night did not come to the end of its papers."""
    done = any(step.name == "papers" and step.state is StepState.DONE for step in report.steps)
    return report.counts.get("papers_relevant") if done else None


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


def watch_silence(engine: Engine, settings: Settings, now: datetime) -> None:
    """Begin the alarm of silence, or end it.

    Only a success that came after it ends it: whoever allows more hours than the one who raised it does not.
    """
    since = silent_since(engine, settings, now)
    if since is None:
        raised = next((alarm.raised for alarm in lasting_alarms(engine) if alarm.cause == SILENCE), None)
        last = last_success(engine)
        if raised is not None and last is not None and last > raised:
            end_alarm(engine, SILENCE, now)
        return
    detail = (
        f"BURDEN_SILENCE_HOURS allows {settings.silence_hours:g} hours. Is `burden schedule` running? "
        "`burden runs` lists the nights. Nothing more is said of this until a night succeeds."
    )
    raise_alarm(engine, SILENCE, f"no night has succeeded since {since:%Y-%m-%d %H:%M} UTC", detail, now)


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

    def send_due(self, answered: Callable[[], None] = lambda: None) -> int:
        """Send what is due now; how many messages were tried. ``answered`` is called before each is sent."""
        give_up_outdated(self._engine, self._now() - _OUTDATED)
        queue_untold(self._engine, self._ways, self._now())
        tried = 0
        while (message := take_message(self._engine, self._now(), _LEASE, self._ways)) is not None:
            tried += 1
            answered()
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
    key = f"alarm-{alarm.raised:%Y%m%dT%H%M%S%f}-{alarm.number}-{message.event}"  # other databases count from 1, too
    if message.event is Told.RAISED or alarm.over is None:
        return Notice(key, str(message.event), alarm.cause, alarm.summary, alarm.detail, alarm.raised)
    lasted = f"This was said on {alarm.raised:%Y-%m-%d %H:%M} UTC, and is over since {alarm.over:%Y-%m-%d %H:%M} UTC."
    return Notice(key, str(message.event), alarm.cause, alarm.summary, lasted, alarm.over)


class AlarmWatch:
    """Notices silence, sends what waits, and tells of a database that stays away or does not answer.

    Two threads: one asks the database, the other sees how long that one has been waiting for an answer.
    """

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
        self._asked_at: datetime | None = None
        """Since when an answer of the database is waited for, or it gives errors; None between rounds."""
        self._outage: datetime | None = None
        """Since when it does not answer, once that is told."""
        self._threads = [
            Thread(target=self._again_and_again, args=(each,), name=f"alarms, {each.__name__}", daemon=True)
            for each in (self.look, self.look_at_database)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop; what waits is sent after the next start."""
        self._stopped.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=_ROUND_SECONDS)

    def look(self) -> None:
        """One round of what the database is asked for."""
        self._asked_at = self._asked_at or self._now()
        try:
            watch_silence(self._engine, self._settings, self._now())
            self._messenger.send_due(self._answered)
        except DatabaseError as error:
            log.debug("alarms can't be read: %s", error)
            return
        except Exception:
            self._asked_at = None  # whatever it is, the database has answered
            raise
        self._asked_at = None

    def look_at_database(self) -> None:
        """Tell if the database has not answered for long, or does again; without asking it."""
        asked_at, now = self._asked_at, self._now()
        if self._outage is None and asked_at is not None and now - asked_at >= _OUTAGE:
            self._outage = asked_at
            self._tell_of_outage(Told.RAISED, asked_at, now)
        elif self._outage is not None and asked_at != self._outage:
            self._tell_of_outage(Told.OVER, self._outage, now)
            self._outage = None

    def _answered(self) -> None:
        """The database has answered, and sending a message may take its time."""
        self._asked_at = self._now()

    def _tell_of_outage(self, event: Told, since: datetime, now: datetime) -> None:
        summary = f"the database can't be used since {since:%Y-%m-%d %H:%M} UTC"
        detail = "Nights can't run and pages can't be shown." if event is Told.RAISED else "It answers again."
        key = f"database-{since:%Y%m%dT%H%M%S}-{event}"
        send_to_all(self._ways, Notice(key, str(event), _DATABASE, summary, detail, now), self._pause)

    def _pause(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def _again_and_again(self, look: Callable[[], None]) -> None:
        while not self._stopped.is_set():
            try:
                look()
            except Exception:  # whatever it is, the next round may go well
                log.exception("a round of the alarms failed")
            self._stopped.wait(_ROUND_SECONDS)


@contextmanager
def watching(engine: Engine, settings: Settings) -> Iterator[None]:
    """Have threads watch while the block runs; none where nobody is to be told. ``SettingsError`` as ``channels``."""
    if not channels(settings):
        yield
        return
    watch = AlarmWatch(engine, settings)
    watch.start()
    try:
        yield
    finally:
        watch.close()
