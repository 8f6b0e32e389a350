"""The gate: `judge`, `holds`, `limits`, `kills`."""

import argparse
from pathlib import Path

from interlock.commandline.arguments import Commands, add, number, session


def _judge(parsed: argparse.Namespace) -> int:
    from interlock.engines import user_controls
    from interlock.terminal.gate import print_judgement

    return print_judgement(
        session(parsed.session), parsed.decision, parsed.at, user_controls(), as_json=parsed.json
    )


def _holds(parsed: argparse.Namespace) -> int:
    from interlock.terminal.gate import print_holds

    return print_holds(session(parsed.session), as_json=parsed.json)


def _limits(parsed: argparse.Namespace) -> int:
    from interlock.terminal.gate import print_limits

    return print_limits(session(parsed.session), as_json=parsed.json)


def _kills(parsed: argparse.Namespace) -> int:
    from interlock.terminal.gate import print_kills

    return print_kills(session(parsed.session), as_json=parsed.json)


def add_gate(commands: "Commands[argparse.ArgumentParser]") -> None:
    judge = add(
        commands,
        "judge",
        "say what the gate would say of a decision, without acting",
        "interlock judge sessions/demo-1 decision.json --at 5210",
    )
    judge.add_argument("session", type=Path, metavar="SESSION")
    judge.add_argument("decision", type=Path, metavar="DECISION.json")
    judge.add_argument(
        "--at",
        type=number,
        default=0,
        metavar="SEQUENCE",
        help="after this command, instead of at the journal's end",
    )
    judge.set_defaults(call=_judge)
    for name, text, call in (
        ("holds", "list the decisions and changes of limits that wait for people", _holds),
        ("limits", "list the limits in force, each with its history", _limits),
        ("kills", "say what every halt did to every order in its scope", _kills),
    ):
        command = add(commands, name, text, f"interlock {name} sessions/demo-1 --json")
        command.add_argument("session", type=Path, metavar="SESSION")
        command.set_defaults(call=call)
