"""Arguments: how a command is added, and the types of what is typed."""

import argparse
from pathlib import Path

Commands = argparse._SubParsersAction  # the type that argparse returns and does not export


def add(
    commands: "Commands[argparse.ArgumentParser]", name: str, text: str, example: str
) -> argparse.ArgumentParser:
    """This adds one command: what it does in a few words, and an example of it."""
    parser = commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    return parser


def number(text: str) -> int:
    """This reads a whole number from 1. Raises `ArgumentTypeError`, as those below do."""
    if not text.isdecimal() or len(text) > 18 or int(text) == 0:
        raise argparse.ArgumentTypeError(f"was {text!r}, must be a whole number from 1")
    return int(text)


def count(text: str) -> int:
    """This reads a whole number from 0."""
    if not text.isdecimal() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"was {text!r}, must be a whole number from 0")
    return int(text)


def order(text: str) -> str:
    """This checks an order as people write it, `5210-1`."""
    from interlock.messages.identity import parse_order

    try:
        parse_order(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def kind(text: str) -> str:
    """This checks the name of a kind of command or event."""
    from interlock.monitoring.records import require_kinds

    try:
        require_kinds((text,))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def session(path: Path) -> Path:
    """This is the directory of a session. Raises `FileNotFoundError` when it holds no journal."""
    from interlock.sessions import session_directory

    return session_directory(path)
