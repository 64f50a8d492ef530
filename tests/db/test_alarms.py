"""One alarm a cause until it is over, told once on each channel, in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db.alarms import (
    AlarmMessage,
    Channel,
    Event,
    end_alarm,
    give_up_outdated,
    lasting_alarms,
    latest_alarms,
    message_failed,
    message_sent,
    queue_untold,
    raise_alarm,
    take_message,
)

BOTH = (Channel.EMAIL, Channel.WEBHOOK)
LEASE = timedelta(minutes=5)
HOUR = timedelta(hours=1)


@pytest.fixture
def noon(sample: Any) -> Any:
    return sample.noon


def _taken(engine: Engine, now: Any) -> AlarmMessage:
    message = take_message(engine, now, LEASE, BOTH)
    assert message is not None
    return message


def test_a_cause_that_lasts_is_told_once_and_again_only_after_its_end(engine: Engine, noon: Any) -> None:
    assert raise_alarm(engine, "silence", "no night", "since noon", noon)
    assert not raise_alarm(engine, "silence", "still no night", "", noon + HOUR)
    assert raise_alarm(engine, "step papers", "no papers", "", noon)
    assert [alarm.cause for alarm in lasting_alarms(engine)] == ["silence", "step papers"]
    assert end_alarm(engine, "silence", noon + 2 * HOUR)
    assert not end_alarm(engine, "silence", noon + 3 * HOUR)
    assert not end_alarm(engine, "drift", noon)
    assert raise_alarm(engine, "silence", "no night again", "", noon + 4 * HOUR)
    latest = [(alarm.summary, alarm.over) for alarm in latest_alarms(engine, 3)]
    assert latest == [("no night again", None), ("no papers", None), ("no night", noon + 2 * HOUR)]


def test_each_channel_gets_a_message_that_only_one_sends(engine: Engine, noon: Any) -> None:
    raise_alarm(engine, "silence", "no night", "since noon", noon)
    for _ in range(2):
        queue_untold(engine, BOTH, noon)
    assert take_message(engine, noon, LEASE, ()) is None, "who has no channel leaves it to others"
    first, second = _taken(engine, noon), _taken(engine, noon)
    assert {first.channel, second.channel} == set(BOTH) and first.alarm.summary == "no night"
    assert take_message(engine, noon, LEASE, BOTH) is None
    message_sent(engine, first, noon)
    again = _taken(engine, noon + LEASE)
    assert again == second, "its sender died"


def test_a_failed_message_waits_and_the_end_is_told_after_the_beginning(engine: Engine, noon: Any) -> None:
    raise_alarm(engine, "silence", "no night", "", noon)
    queue_untold(engine, [Channel.WEBHOOK], noon)
    beginning = _taken(engine, noon)
    message_failed(engine, beginning, "HTTP 500", noon + HOUR)
    end_alarm(engine, "silence", noon)
    assert take_message(engine, noon + LEASE, LEASE, BOTH) is None
    beginning = _taken(engine, noon + HOUR)
    assert (beginning.event, beginning.attempts) == (Event.RAISED, 1)
    message_failed(engine, beginning, "HTTP 500", None)
    ending = _taken(engine, noon + HOUR)
    assert ending.event is Event.OVER and ending.alarm.over == noon
    message_sent(engine, ending, noon)
    assert take_message(engine, noon + 9 * HOUR, LEASE, BOTH) is None


def test_an_alarm_is_told_where_it_was_not_yet_and_its_end_where_it_was(engine: Engine, noon: Any) -> None:
    raise_alarm(engine, "silence", "no night", "", noon)
    queue_untold(engine, [Channel.EMAIL], noon)
    message_sent(engine, _taken(engine, noon), noon)
    queue_untold(engine, BOTH, noon + HOUR)
    later = _taken(engine, noon + HOUR)
    assert (later.event, later.channel) == (Event.RAISED, Channel.WEBHOOK)
    message_sent(engine, later, noon)
    raise_alarm(engine, "step papers", "no papers", "", noon)
    for cause in ("silence", "step papers"):
        end_alarm(engine, cause, noon + 2 * HOUR)
    queue_untold(engine, BOTH, noon + 3 * HOUR)
    ends = [_taken(engine, noon + 3 * HOUR) for _ in BOTH]
    assert [(end.alarm.cause, end.event) for end in ends] == [("silence", Event.OVER)] * 2
    assert {end.channel for end in ends} == set(BOTH)
    assert take_message(engine, noon + 3 * HOUR, LEASE, BOTH) is None, "of what began and ended unheard nothing is said"


def test_an_alarm_says_where_it_could_not_be_told(engine: Engine, noon: Any) -> None:
    raise_alarm(engine, "silence", "no night", "", noon)
    queue_untold(engine, BOTH, noon)
    assert lasting_alarms(engine)[0].not_told == ()
    for message in (_taken(engine, noon), _taken(engine, noon)):
        message_failed(engine, message, "HTTP 404", None if message.channel is Channel.WEBHOOK else noon + HOUR)
    assert lasting_alarms(engine)[0].not_told == ("e-mail: HTTP 404", "webhook: HTTP 404")
    message_sent(engine, _taken(engine, noon + HOUR), noon + HOUR)
    end_alarm(engine, "silence", noon + 2 * HOUR)
    assert latest_alarms(engine, 1)[0].not_told == ("webhook: HTTP 404",)
    message_sent(engine, _taken(engine, noon + 3 * HOUR), noon + 3 * HOUR)
    message_sent(engine, _taken(engine, noon + 3 * HOUR), noon + 3 * HOUR)
    assert latest_alarms(engine, 1)[0].not_told == (), "of its end people know"


def test_what_is_long_over_is_told_no_more(engine: Engine, noon: Any) -> None:
    for cause in ("silence", "step papers", "step analysis"):
        raise_alarm(engine, cause, cause, "", noon)
    queue_untold(engine, [Channel.WEBHOOK], noon)
    end_alarm(engine, "silence", noon + HOUR)
    end_alarm(engine, "step papers", noon + 3 * HOUR)
    give_up_outdated(engine, noon + 2 * HOUR)
    due = []
    for _ in range(3):
        due.append(_taken(engine, noon + 3 * HOUR))
        message_sent(engine, due[-1], noon + 3 * HOUR)
    assert {(message.alarm.cause, message.event) for message in due} == {
        ("step papers", Event.RAISED),
        ("step papers", Event.OVER),
        ("step analysis", Event.RAISED),
    }
    assert take_message(engine, noon + 3 * HOUR, LEASE, BOTH) is None
    assert "long over" in latest_alarms(engine, 3)[-1].not_told[0]


def test_without_channels_the_alarm_is_there_to_be_read(engine: Engine, noon: Any) -> None:
    assert raise_alarm(engine, "silence", "no night", "x" * 10_000, noon)
    assert take_message(engine, noon, LEASE, BOTH) is None
    assert len(lasting_alarms(engine)[0].detail) == 4_000
