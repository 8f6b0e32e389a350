"""Session sources: who decides, what it may ask for, and what decides for it."""

import re
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Final, final

from interlock.inputs.session_definitions import US_MAX, Definitions
from interlock.inputs.session_parts import SourceSettings
from interlock.inputs.session_table import Table, nearest, shown
from interlock.messages.definitions import Sizing, Source
from interlock.messages.terms import (
    AS_ASKED,
    MODEL,
    NEW_RISK,
    PRIORITIES,
    RELEASE_ACTIVE,
    RELEASE_CANARY,
    RELEASE_STATES,
    SIZING_RULES,
    SOURCE_KINDS,
)
from interlock.simulation.sources import MODELS, make_model

ORDERS: Final = "orders"
"""What a source must be granted to trade."""
MODELS_GROUP: Final = "interlock.models"
"""The entry point group of the user's own models."""

_CLASS: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)


@final
class SourceReader:
    """Reads `[[sources]]` into the definitions; `actions` are the named actions of the file."""

    def __init__(self, definitions: Definitions, actions: list[str]) -> None:
        self.definitions = definitions
        self.actions = actions

    def read(self, root: Table) -> None:
        self.definitions.each(root, "sources", "name", self._source)

    def _source(self, table: Table, name: str) -> None:
        definitions = self.definitions
        account = table.one_of("account", definitions.accounts, "one of [[accounts]]")
        what = "the symbol of one of [[instruments]]"
        symbols = table.some_of("instruments", definitions.symbols, what, required=False)
        for index, symbol in enumerate(symbols):
            definitions.need_cash(account, symbol, (*table.at("instruments"), index))
        granted: tuple[str, ...] = (ORDERS,)
        if table.has("actions"):
            what = f"{ORDERS} or a named action, defined by [actions.NAME]"
            granted = table.some_of("actions", [ORDERS, *self.actions], what, required=True)
        source = Source(
            name,
            account,
            table.choice("kind", SOURCE_KINDS, MODEL),
            symbols,
            granted,
            table.choice("priority", PRIORITIES, NEW_RISK),
            self._sizing(table.table("sizing")),
        )
        settings = self._decider(table, name)
        if name:
            definitions.sources[name] = source
            definitions.source_settings[name] = settings

    def _sizing(self, table: Table) -> Sizing:
        rule = table.choice("rule", SIZING_RULES, AS_ASKED)
        notional = self.definitions.amounts(table.table("notional", required=rule != AS_ASKED))
        if rule == AS_ASKED and notional:
            table.note("notional", "is for the rules fixed_notional and volatility_target")
        share = table.whole("touch_share_bps", 0, 0, 10_000)
        table.end()
        return Sizing(rule, tuple(notional), share)

    def _decider(self, table: Table, name: str) -> SourceSettings:
        model = table.text("model", "")
        parameters = _parameters(table.table("parameters"), model)
        fault = _model_fault(model)
        if fault:
            table.note("model", f"was {shown(model)}, {fault}")
        if not model and table.has("parameters"):
            table.note("parameters", "is for a source with a model")
        release = table.one_of(
            "release", self.definitions.releases, "one of [[releases]]", None if model else ""
        )
        epoch = table.whole("epoch", None if model else 0, 1)
        known = self.definitions.releases.get(release)
        if known is not None and known.epoch != epoch:
            text = f"was {epoch}, must be {known.epoch}, the epoch of release {release}"
            table.note("epoch", text)
        if known is not None and known.state not in (RELEASE_ACTIVE, RELEASE_CANARY):
            state = RELEASE_STATES[known.state]
            table.note("release", f"was {shown(release)}, which is {state}: it may not decide")
        latency_us = table.whole("decision_latency_us", 0, 0, US_MAX)
        return SourceSettings(name, model, parameters, release, epoch, latency_us)


def _model_fault(model: str) -> str:
    """What is wrong with a model's name; empty when nothing is."""
    if not model or model in MODELS:
        return ""
    if _CLASS.fullmatch(model):
        found = _has_module(model.partition(":")[0])
        return "" if found else "whose package is not installed"
    offered = [*MODELS, *entry_points(group=MODELS_GROUP).names]
    return (
        "" if model in offered else f"must be one of {', '.join(offered)} or package.module:Class"
    )


def _has_module(name: str) -> bool:
    # Only the package is looked for: finding what is inside it would run it.
    try:
        return find_spec(name.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def _parameters(table: Table, model: str) -> dict[str, int]:
    parameters = {name: table.whole(name, None, -(10**18)) for name in table.names()}
    if model not in MODELS:
        return parameters
    known = make_model(model, "", "", 0, {}, [], {}, 0).parameters
    for name, value in parameters.items():
        if name not in known:
            table.note(name, f"is not a parameter of {model}; {nearest(name, known)}")
            continue
        try:
            make_model(model, "", "", 0, {}, [], {name: value}, 0)
        except ValueError as error:
            table.note(name, str(error).partition(": ")[2] or str(error))
    return parameters
