"""`why`: a story on a terminal, most important first, every statement with its record."""

import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from interlock.controls.rules import EXPIRY, RULES
from interlock.monitoring.findings import ROUTE_ASKED
from interlock.monitoring.story import (
    DecisionPart,
    FindingPart,
    LinePart,
    OrderPart,
    RequestPart,
    Step,
    Story,
    VerdictPart,
    WorkPart,
)
from interlock.monitoring.subject import SubjectUnknown
from interlock.monitoring.telling import tell_story
from interlock.terminal.account import duration_text
from interlock.terminal.gate import hold_rows
from interlock.terminal.printable import printable
from interlock.terminal.work_story import print_work

FOUND = 0
NOT_FOUND = 3

PARTS_MAX = 20
"""Orders, and requests, that are printed in full."""

PASS = "pass"
FAIL = "FAIL"


def why(directory: Path, subject: str, *, as_json: bool) -> int:
    """This prints the story of an order or a decision, and returns the exit code: 3 when the
    journal has no such thing.

    Raises the journal's faults.
    """
    try:
        story = tell_story(directory, subject)
    except SubjectUnknown as error:
        sys.stderr.write(f"{printable(str(error))}\n")
        return NOT_FOUND
    if as_json:
        sys.stdout.write(msgspec.json.encode(story).decode() + "\n")
    else:
        print_story(Console(highlight=False), story)
    return FOUND


def print_story(console: Console, story: Story) -> None:
    """This prints a story for people; of a decision with many orders, the one that was asked
    for."""
    line = _line_asked(story)
    console.print(Text(printable(story.conclusion), style="bold"))
    _print_decision(console, story.decision)
    if story.verdict is not None:
        _print_verdict(console, story.verdict, line)
    if story.hold is not None:
        _heading(console, "People were asked", story.hold.address, str(story.hold.held))
        _rows(console, hold_rows(story.hold))
    if story.work is not None:
        _print_schedule(console, story.work, story)
    if story.routes:
        console.print()
        _rows(console, [("routed", words) for words in story.routes])
    if story.action is not None:
        _print_action(console, story)
    is_one = line or (story.work is not None and story.subject.order)
    orders = [part for part in story.orders if not is_one or part.order == story.subject.order]
    for order in orders[:PARTS_MAX]:
        _print_order(console, order)
    if len(orders) < len(story.orders):
        others = len(story.orders) - len(orders)
        console.print(f"\n{others} other orders: ask for decision {story.decision.sequence}")
    for request in story.requests[:PARTS_MAX]:
        _print_request(console, request)
    for parts, what in ((orders, "orders"), (story.requests, "cancels and changes")):
        if len(parts) > PARTS_MAX:
            console.print(f"\nand {len(parts) - PARTS_MAX:,} more {what}: --json has them all")
    console.print()
    if any(order.cost.against_arrival is not None for order in story.orders):
        console.print(f"cost: {story.cost_convention}", style="dim")
    until = f"told from session {story.session} until command {story.told_until}"
    when = f", {story.told_until_time}" if story.told_until_time is not None else ""
    console.print(printable(until + when), style="dim", markup=False)


def _print_schedule(console: Console, work: WorkPart, story: Story) -> None:
    asked = [order.name for order in story.orders if order.order == story.subject.order]
    until = f"{work.started} until {work.ends}"
    _heading(console, f"Schedule: {work.algorithm}", work.address, until)
    print_work(console, work, asked[0] if asked else "")
    for part in work.slices:
        if part.verdict is not None:
            _print_verdict(console, part.verdict, 0)


def _line_asked(story: Story) -> int:
    """The line whose order was asked for; 0 for the whole decision."""
    if story.verdict is None:
        return 0
    asked = [order.name for order in story.orders if order.order == story.subject.order]
    return next((line.line for line in story.verdict.lines if line.order in asked), 0)


def _heading(console: Console, title: str, address: str, when: str) -> None:
    console.print()
    heading = Text(title, style="bold cyan")
    heading.append(f"  {address}  {when}", style="dim")
    console.print(heading)


def _rows(console: Console, rows: list[tuple[str, str]]) -> None:
    """Names and values, the values wrapped beside their names."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        if value:
            grid.add_row(name, Text(printable(value)))
    console.print(Padding(grid, (0, 0, 0, 2)))


def _print_decision(console: Console, decision: DecisionPart) -> None:
    _heading(console, "Decision", str(decision.sequence), str(decision.arrived))
    kind = f" ({decision.source_kind})" if decision.source_kind else ", which is not defined"
    account = f", for account {decision.account}" if decision.account else ""
    served = decision.priority_served
    is_lowered = served != decision.priority
    decided = ""
    if decision.decided is not None:
        late = duration_text(max(0, decision.arrived.ns - decision.decided.ns))
        decided = f"{decision.decided}, {late} before it arrived"
    rows = [
        ("asked", decision.action_words),
        ("source", f"{decision.source}:{decision.key}{kind}{account}"),
        ("release", f"{decision.release}, epoch {decision.epoch}"),
        ("priority", decision.priority + (f", served as {served}" if is_lowered else "")),
        ("decided", decided),
        ("valid until", str(decision.valid_until)),
        ("says", decision.text),
        *((f"evidence {name}", value) for name, value in decision.evidence.items()),
        ("evidence digest", decision.evidence_digest),
        ("same key", ", ".join(str(number) for number in decision.same_key)),
    ]
    _rows(console, rows)


def _print_verdict(console: Console, verdict: VerdictPart, line: int) -> None:
    _heading(console, "Verdict", verdict.address, str(verdict.judged))
    said = f"{verdict.severity} {verdict.reason}".strip()
    meaning = f": {verdict.meaning}" if verdict.meaning else ""
    rows = [
        ("said", said + meaning),
        ("waited", duration_text(verdict.waited_ns)),
    ]
    for halt in verdict.halts:
        what = "reduce only" if halt.reduce_only else "stopped"
        rows.append(
            ("halt", f"{halt.scope}, {what} by {halt.by} at command {halt.sequence}: {halt.text}")
        )
    _rows(console, rows)
    for part in verdict.lines:
        if not line or part.line == line:
            _print_line(console, part, len(verdict.lines))
    _print_findings(console, verdict, line)


def _print_line(console: Console, line: LinePart, count: int) -> None:
    market = line.market
    number = f" {line.line} of {count}" if count > 1 else ""
    console.print(
        Padding(
            Text(f"Line{number}: {line.side} {printable(line.instrument)}", "bold"), (1, 0, 0, 2)
        )
    )
    touch = (
        f"bid {_at(market.bid.text, market.bid_quantity.text, market.bid_quantity.value)}, "
        f"ask {_at(market.ask.text, market.ask_quantity.text, market.ask_quantity.value)}"
    )
    if market.set is not None:
        age = duration_text(market.age_ns)
        seen = f"{touch}; set by {market.kind} {market.sequence}, {age} before"
    elif market.sequence:
        seen = f"{touch}; set by command {market.sequence}"
    else:
        seen = "nothing had been heard of it"
    by = "the liquidity cap or by feedback" if line.steered else "the liquidity cap"
    capped = f", made smaller by {by}" if line.capped else ""
    if line.cut_from is not None:
        capped += f", cut from {line.cut_from} to what its limits allow"
    became = f"order {line.order}" if line.order else "no order"
    if line.replaces:
        became = f"a change of order {line.replaces}"
    _rows(
        console,
        [
            ("market seen", f"{market.venue}: {seen}" if market.venue else "none"),
            (
                "size",
                f"{line.quantity}, {line.sizing.replace('_', ' ')} (asked {line.asked.text})"
                + capped,
            ),
            ("worst price", str(line.price)),
            ("route", f"{line.venue or 'none'}, {_route(line.route)}"),
            *(("feedback", words) for words in line.steered),
            ("became", became),
        ],
    )


def _route(rule: str) -> str:
    if rule == ROUTE_ASKED:
        return "as the decision asked"
    return f"by the rule {rule}" if rule else "by no rule"


def _at(price: str, quantity: str, lots: int) -> str:
    return f"{quantity} at {price}" if lots else "none"


def _print_findings(console: Console, verdict: VerdictPart, line: int) -> None:
    """Objections first, then what passed; who owns the limits that objected, and why they hold."""
    found = [part for part in verdict.findings if not line or part.line in (0, line)]
    has_lines = len({part.line for part in found if part.line}) > 1
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("")
    for name in ("line",) if has_lines else ():
        table.add_column(name, justify="right")
    table.add_column("control", no_wrap=True)
    table.add_column("scope", overflow="fold")
    table.add_column("observed", justify="right", overflow="fold")
    table.add_column("bound", justify="right", overflow="fold")
    table.add_column("owner", overflow="fold")
    for part in sorted(found, key=lambda part: part.passed):
        table.add_row(*_finding_cells(part, has_lines))
    failed = sum(not part.passed for part in found)
    console.print()
    title = f"Findings: {len(found) - failed} passed, {failed} objected"
    console.print(Padding(Text(title, "bold"), (0, 0, 0, 2)))
    console.print(Padding(table, (0, 0, 0, 2)))
    for part in found:
        if not part.passed:
            _print_objection(console, part)


def _finding_cells(part: FindingPart, has_lines: bool) -> list[Text]:
    mark = Text(PASS, "green") if part.passed else Text(FAIL, "bold red")
    if part.severity not in ("allow", "refuse"):
        mark.append(f" {part.severity}")
    cells = [mark]
    if has_lines:
        cells.append(Text(str(part.line) if part.line else ""))
    is_same = part.observed.unit == part.bound.unit
    observed = part.observed.text if is_same else str(part.observed)
    bound = str(part.bound)
    if part.control == RULES[EXPIRY][0]:
        observed, bound = _clocks(observed, bound)
    texts = (part.control, part.scope, observed, bound, part.owner)
    return [*cells, *(Text(printable(text)) for text in texts)]


def _clocks(first: str, second: str) -> tuple[str, str]:
    """Two moments of one day as times of the day."""
    if first[:10] == second[:10]:
        first, second = first[11:], second[11:]
    return first.removesuffix("Z").rstrip("0"), second.removesuffix("Z").rstrip("0")


def _print_objection(console: Console, part: FindingPart) -> None:
    reason = f"{part.reason}: {part.meaning}" if part.reason else "the verdict says why"
    where = f" on line {part.line}" if part.line else ""
    said = Text(f"{FAIL} {part.control}{where}", style="red")
    said.append(printable(f"  {reason}"), style="")
    if not part.is_rule:
        why_held = f" (“{part.why}”)" if part.why else ""
        owner = part.owner or "nobody"
        said.append(
            printable(
                f"; a limit of {owner}{why_held}, set by {part.set_by} at {part.set_sequence}"
            ),
            style="dim",
        )
    console.print(Padding(said, (0, 0, 0, 2)))


def _print_order(console: Console, order: OrderPart) -> None:
    _heading(console, f"Order {order.name}", order.address, str(order.cleared))
    cost = order.cost
    flags = [order.order_type.replace("_", " "), order.time_in_force]
    flags += [name for name, holds in _flags(order) if holds]
    status = f"{order.status.replace('_', ' ')}, {order.leaves} left"
    if order.ended is not None:
        status += f", ended {order.ended}"
    against = "not known: there was no market on both sides"
    if not order.fills:
        against = ""
    elif cost.against_arrival is not None and cost.with_fees is not None:
        against = (
            f"{cost.against_arrival} ({cost.against_arrival_bps}) against the mid of "
            f"{cost.arrival_mid}; with fees {cost.with_fees}"
        )
    traded = ""
    if cost.filled.value:
        traded = f"{cost.filled} at {cost.average_price} on average, worth {cost.value}"
    _rows(
        console,
        [
            ("sent", f"{order.side} {order.quantity} at {order.price}, {', '.join(flags)}"),
            ("to", f"{order.venue} for account {order.account}, as {order.client_id}"),
            ("status", status),
            ("traded", f"{traded}, fees {cost.fees}" if traded else ""),
            ("cost", against),
            *(
                (part.name, f"{duration_text(part.ns)}, from {part.first} to {part.last}")
                for part in order.latencies
            ),
        ],
    )
    for fill in order.fills:
        if fill.state != "counted" or fill.is_late:
            late = "came after the end" if fill.is_late else ""
            state = fill.state if fill.state != "counted" else ""
            note = " and ".join(part for part in (late, state) if part)
            _rows(console, [("noticed", f"fill {fill.execution_id} at {fill.address}: {note}")])
    _print_steps(console, order.steps)


def _flags(order: OrderPart) -> list[tuple[str, bool]]:
    return [
        (f"until {order.expires}", order.expires is not None),
        ("post-only", order.post_only),
        ("reduce-only", order.reduce_only),
        (f"showing {order.display.text}", order.display.value > 0),
    ]


def _print_steps(console: Console, steps: list[Step]) -> None:
    console.print()
    for step in steps:
        head = Text(f"{step.time.text[11:-1]} ", style="dim")
        head.append(f"{step.sequence} ", style="bold")
        head.append(printable(step.words))
        if step.since_ns:
            head.append(f"  +{duration_text(step.since_ns)}", style="dim")
        console.print(Padding(head, (0, 0, 0, 2)))
        for said in step.concluded:
            line = Text(f"-> {said.address} ", style="dim")
            line.append(printable(said.words), style="")
            console.print(Padding(line, (0, 0, 0, 6)))
        stands = f"   {step.status.replace('_', ' ')}, {step.filled.text} filled, "
        console.print(Padding(Text(f"{stands}{step.leaves.text} left", style="dim"), (0, 0, 0, 6)))


def _print_request(console: Console, request: RequestPart) -> None:
    what = "Cancel" if request.kind == "cancel_requested" else "Change"
    _heading(console, f"{what} of {request.name}", request.address, str(request.time))
    took = f", after {duration_text(request.answered_ns)}" if request.answered_ns >= 0 else ""
    _rows(
        console,
        [
            ("asked", request.words),
            ("answer", (request.answer or "none until the journal's end") + took),
            (
                "now",
                f"{request.status.replace('_', ' ')}, {request.filled} filled, "
                f"{request.leaves.text} left",
            ),
        ],
    )
    _print_steps(console, request.steps)


def _print_action(console: Console, story: Story) -> None:
    action = story.action
    assert action is not None, f"decision {story.decision.sequence} cleared no action"
    _heading(console, f"Action {action.name}", action.address, str(action.cleared))
    answer = "none until the journal's end"
    if action.answered is not None:
        ended = "done" if action.succeeded else "failed"
        took = duration_text(action.answered_ns)
        answer = f"{action.answer_address} {action.answered}, after {took}: {ended}, {action.text}"
    parameters = ", ".join(f"{name}={value!r}" for name, value in action.parameters.items())
    _rows(
        console,
        [("name", action.action_name), ("parameters", parameters), ("answer", answer)],
    )
