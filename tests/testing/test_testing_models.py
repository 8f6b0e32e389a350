"""Models in a live session that is killed and taken up again: their decisions are no duplicates."""

import re
from collections import Counter

from interlock.inputs.session_file import parse_session
from interlock.messages.commands import ProposeDecision
from interlock.messages.decisions import Decision
from interlock.testing.live import LiveTrial
from interlock.testing.points import CrashPoint
from sessions.walks import DEMO


def proposed(trial: LiveTrial) -> list[Decision]:
    commands = [entry.command for entry in trial.entries()]
    return [command.decision for command in commands if isinstance(command, ProposeDecision)]


def test_models_of_a_live_session_decide_under_new_keys_after_each_restart() -> None:
    # The careless one repeats keys on purpose.
    text = re.sub(r'model = "careless"', 'model = "momentum"', DEMO.read_text())
    text = text.replace("interval_ms = 1_500", "interval_ms = 200")
    trial = LiveTrial(parse_session(text), audits=False)
    lived: list[int] = []
    for _ in range(3):
        assert trial.run(12.0)
        lived.append(len(proposed(trial)))
        trial.crash_at(CrashPoint.P0)
        assert not trial.run(60.0)
        assert trial.restart(1.0)
    assert lived == sorted(set(lived)), f"a process decided nothing: {lived} after each"
    keys = Counter((decision.source, decision.key) for decision in proposed(trial))
    assert [key for key, count in keys.items() if count > 1] == []
    firsts = [key for _, key in keys if key.endswith("-1") and key.startswith("momentum")]
    assert firsts[0] == "momentum-1"
    assert len(firsts) == 3
