"""The order's life against the FIX order state change matrices, which nobody here wrote.

The sell side speaks in the matrices; we are the buy side. Two rules differ, and only these:

- an order whose request is outstanding is PENDING_* here from the moment we ask, where the sell
  side still shows the status from before its own pending acknowledgement;
- the quantity changes here with `Replaced` and not with an acknowledgement before it.

Rows with a branch are alternatives at the same step: each is a path of its own that ends with it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from interlock.ledger.orders import OrderRecord
from interlock.messages.commands import Command
from interlock.messages.decisions import CancelOrders, ReplaceOrder, Terms
from interlock.messages.events import (
    CancelRequested,
    DecisionJudged,
    OrderCleared,
    ReplaceRequested,
    ReportIgnored,
)
from interlock.messages.reasons import ORDER_NOT_WORKING, UNKNOWN_ORDER
from interlock.messages.terms import (
    BUY,
    CANCELLED,
    CLEARED,
    DAY,
    DONE_FOR_DAY,
    FILLED,
    GTC,
    PARTIALLY_FILLED,
    PENDING_CANCEL,
    PENDING_REPLACE,
    REJECTED,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_CORRECTION,
    REPORT_DONE_FOR_DAY,
    REPORT_FILL,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_NEW,
    REPORT_PENDING_REPLACE,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    REPORT_RESTATED,
    REPORT_STATUS,
    WORKING,
)
from worlds import LIMITS, World, limit, opening

Row = dict[str, Any]

SCENARIOS = (
    "A.1.a", "A.1.b", "B.1.a", "B.1.c", "B.1.f", "C.1.a", "C.1.c", "C.3.a", "C.3.c", "D.1.a",
    "D.2.b", "E.1.b", "F.1.b", "H.1.a", "J.1.a",
)  # fmt: skip

ORDER_STATUS = {
    "Pending New": CLEARED,
    "New": WORKING,
    "Partially Filled": PARTIALLY_FILLED,
    "Filled": FILLED,
    "Canceled": CANCELLED,
    "Rejected": REJECTED,
    "Done for Day": DONE_FOR_DAY,
    "Pending Cancel": PENDING_CANCEL,
    "Pending Replace": PENDING_REPLACE,
}

EXECUTION_KIND = {
    "Pending New": REPORT_PENDING_NEW,
    "New": REPORT_ACCEPTED,
    "Trade": REPORT_FILL,
    "Rejected": REPORT_REJECTED,
    "Done for Day": REPORT_DONE_FOR_DAY,
    "Pending Cancel": REPORT_PENDING_CANCEL,
    "Canceled": REPORT_CANCELLED,
    "Pending Replace": REPORT_PENDING_REPLACE,
    "Replaced": REPORT_REPLACED,
    "Restated": REPORT_RESTATED,
    "Order Status": REPORT_STATUS,
    "Trade Cancel": REPORT_BUST,
    "Trade Correct": REPORT_CORRECTION,
}

PRICE = 10_000

# The matrix already shows the first replacement's quantity in the acknowledgement of the second,
# while neither has happened; here a quantity changes when it is replaced.
QUANTITY_BEFORE_REPLACED = {("D.2.b", "7"): {"OrderQty": 10_000, "LeavesQty": 9_000}}


def wide_world(make: Callable[[list[Command]], World] = World) -> World:
    """A world whose limits leave room for the orders of the matrices."""
    world = make(opening(cash=10**12, limits=tuple(LIMITS)))
    world.say(limit("order_quantity", quantity_max=100_000))
    world.say(limit("order_value", value_max=10**12))
    world.say(limit("position", long_max=100_000, short_max=100_000))
    world.say(limit("gross_exposure", value_max=10**12))
    world.quote()
    return world


class BuySide:
    """Walks one path of a scenario: requests go through the gate, the venue's words come back."""

    def __init__(self, scenario: str, make: Callable[[list[Command]], World] = World) -> None:
        self.scenario = scenario
        self.world = wide_world(make)
        self.orders: dict[str, int] = {}
        """Our order behind each of the matrix's ClOrdIDs; a replacement keeps the order."""
        self.requests: dict[str, tuple[int, int]] = {}
        """The kind and the revision of each request that is outstanding."""
        self.executions = 0

    def order(self, row: Row) -> OrderRecord:
        record = self.world.ledger.orders.find(self.orders[row["ClOrdID"]])
        assert record is not None
        return record

    def walk(self, path: list[Row]) -> None:
        """One path from its beginning to its end, compared after each word of the venue."""
        for row in path:
            if row["dir"] == "in":
                self.ask(row)
            elif row["dir"] == "out":
                self.hear(row)

    # --- our side ----------------------------------------------------------------------------

    def ask(self, row: Row) -> None:
        if row["msg"] == "New Order":
            self._new_order(row)
            return
        order = self.orders.get(row["OrigClOrdID"], 999)
        self.orders[row["ClOrdID"]] = order
        if row["msg"] == "Cancel Request":
            self._cancel(row, order)
        else:
            self._replace(row, order)

    def _new_order(self, row: Row) -> None:
        if row["ClOrdID"] in self.orders:
            # A second sending under the same id: no decision of ours can lead to one.
            return
        time_in_force = GTC if self.scenario == "H.1.a" else DAY
        terms = Terms(price=PRICE, time_in_force=time_in_force, venue="alpha")
        events = self.world.order(BUY, row["OrderQty"], terms=terms)
        cleared = events[-1]
        assert isinstance(cleared, OrderCleared), events
        self.orders[row["ClOrdID"]] = cleared.order

    def _cancel(self, row: Row, order: int) -> None:
        events = self.world.decide(CancelOrders((order,)))
        if order == 999:
            judged = events[0]
            assert isinstance(judged, DecisionJudged)
            assert judged.reason == UNKNOWN_ORDER
            return
        assert isinstance(events[-1], CancelRequested), events
        self.requests[row["ClOrdID"]] = (PENDING_CANCEL, 0)

    def _replace(self, row: Row, order: int) -> None:
        record = self.world.ledger.orders.find(order)
        assert record is not None
        if record.status == FILLED:
            # The gate does not let a filled order be replaced, the venue's story demands it.
            judged = self.world.decide(ReplaceOrder(order, row["OrderQty"], PRICE))[0]
            assert isinstance(judged, DecisionJudged)
            assert judged.reason == ORDER_NOT_WORKING
            sequence, revision = self.world.sequence, record.revision_asked + 1
            request = ReplaceRequested(order, "alpha", sequence, revision, row["OrderQty"], PRICE)
            self.world.conclude(request)
        else:
            made = self.world.decide(ReplaceOrder(order, row["OrderQty"], PRICE))[-1]
            assert isinstance(made, ReplaceRequested), made
            request = made
        self.requests[row["ClOrdID"]] = (PENDING_REPLACE, request.revision)

    # --- the venue's side --------------------------------------------------------------------

    def hear(self, row: Row) -> None:
        order = self.orders[row["ClOrdID"]]
        if order == 999:
            said = self.world.report(order, REPORT_CANCEL_REJECTED)
            assert said == [ReportIgnored(order, REPORT_CANCEL_REJECTED, UNKNOWN_ORDER)]
            return
        if row["msg"] == "Cancel Reject":
            pending, revision = self.requests.pop(row["ClOrdID"])
            is_cancel = pending == PENDING_CANCEL
            kind = REPORT_CANCEL_REJECTED if is_cancel else REPORT_REPLACE_REJECTED
            self.world.report(order, kind, revision=revision)
        else:
            self._execution(row, order)
        self._compare(row)

    def _execution(self, row: Row, order: int) -> None:
        kind = EXECUTION_KIND[row["ExecType"]]
        if kind == REPORT_REJECTED and row["OrdStatus"] != "Rejected":
            # Refused is the second sending; of the order itself this is a status.
            kind = REPORT_STATUS
        fields: dict[str, object] = {}
        if kind in (REPORT_FILL, REPORT_BUST, REPORT_CORRECTION):
            self.executions += 1
            fields = {
                "execution_id": row.get("ExecID", f"e{self.executions}"),
                "reference": row.get("ExecRefID", ""),
                "quantity": row["LastQty"],
                "price": int(row.get("LastPx", PRICE)),
            }
        elif kind == REPORT_REPLACED:
            _, revision = self.requests.pop(row["ClOrdID"])
            fields = {"revision": revision, "quantity": row["OrderQty"], "price": PRICE}
        elif kind == REPORT_CANCELLED:
            self.requests.pop(row["ClOrdID"], None)
        self.world.report(order, kind, **fields)

    def _compare(self, row: Row) -> None:
        order, where = self.order(row), f"{self.scenario} step {row['t']}: {row}"
        expected = ORDER_STATUS[row["OrdStatus"]]
        for pending, _ in self.requests.values():
            expected = pending
        assert order.status == expected, where
        row = {**row, **QUANTITY_BEFORE_REPLACED.get((self.scenario, row["t"]), {})}
        if "CumQty" in row:
            assert order.filled == row["CumQty"], where
            assert order.leaves() == row["LeavesQty"], where
            assert order.quantity == row["OrderQty"], where
        if "AvgPx" in row:
            assert order.fills is not None
            value = sum(fill.quantity * fill.price for fill in order.fills.values())
            assert value == order.filled * int(row["AvgPx"]), where


def scenario_of(data_folder: Path, name: str) -> list[Row]:
    data = json.loads((data_folder / "fix" / "order-state-changes.json").read_text())
    (found,) = [scenario for scenario in data["scenarios"] if scenario["id"] == name]
    rows: list[Row] = found["rows"]
    return rows


def paths_of(rows: list[Row]) -> list[list[Row]]:
    """The rows without a branch, and for each branch the rows before it and then itself."""
    trunk: list[Row] = []
    branches: list[list[Row]] = []
    for row in rows:
        if "branch" in row:
            branches.append([*trunk, row])
        else:
            trunk.append(row)
    return [trunk, *branches]
