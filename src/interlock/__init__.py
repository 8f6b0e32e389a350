"""Interlock: a decision becomes an action only after every control has spoken.

The names below are what users import: to write a control (entry point group `interlock.controls`),
to write a model (`interlock.models`, or `package.module:Class` in a session file), to read a
session file, and to read a journal. Each is imported when it is first asked for, so that `import
interlock` and `interlock --help` stay instant.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interlock.controls.control import Control, ControlKind, Finding, Parameter
    from interlock.decisions.proposal import Proposal
    from interlock.inputs.session_file import load_session
    from interlock.journal.reader import JournalReader
    from interlock.journal.verify import verify
    from interlock.ledger.ledger import Ledger
    from interlock.messages.decisions import (
        Basket,
        Decision,
        OrderQuantity,
        QuoteLadder,
        TargetPosition,
        Terms,
    )
    from interlock.messages.definitions import Instrument, Limit
    from interlock.messages.encoding import Entry
    from interlock.simulation.model import Model, View

__version__ = "0.1.0"

__all__ = [
    "Basket",
    "Control",
    "ControlKind",
    "Decision",
    "Entry",
    "Finding",
    "Instrument",
    "JournalReader",
    "Ledger",
    "Limit",
    "load_session",
    "Model",
    "OrderQuantity",
    "Parameter",
    "Proposal",
    "QuoteLadder",
    "TargetPosition",
    "Terms",
    "verify",
    "View",
]

_MODULES = {
    "Basket": "messages.decisions",
    "Control": "controls.control",
    "ControlKind": "controls.control",
    "Decision": "messages.decisions",
    "Entry": "messages.encoding",
    "Finding": "controls.control",
    "Instrument": "messages.definitions",
    "JournalReader": "journal.reader",
    "Ledger": "ledger.ledger",
    "Limit": "messages.definitions",
    "load_session": "inputs.session_file",
    "Model": "simulation.model",
    "OrderQuantity": "messages.decisions",
    "Parameter": "controls.control",
    "Proposal": "decisions.proposal",
    "QuoteLadder": "messages.decisions",
    "TargetPosition": "messages.decisions",
    "Terms": "messages.decisions",
    "verify": "journal.verify",
    "View": "simulation.model",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'interlock' has no attribute {name!r}")
    return getattr(import_module(f"interlock.{module}"), name)


def __dir__() -> list[str]:
    return ["__version__", *__all__]
