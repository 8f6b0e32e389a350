"""Session feedback: the rules by which what execution came to steers, as a session file writes
them.

    [feedback]
    interval_s = 60
    samples_min = 100
    routing = { step_percent = 10, least_percent = 40, worse_bp = "0.5", better_bp = "0",
                reach_bp = "5" }
    budgets = [{ source = "momentum", currency = "USD", cost_max = "500.00" }]

Without `[feedback]` nothing is measured in the session, and nothing is steered.
"""

from typing import Final, NamedTuple

from interlock.inputs.session_table import Table, shown
from interlock.messages.definitions import Source
from interlock.messages.feedback import Budget, FeedbackRules
from interlock.messages.units import BPS_ONE, NS_PER_SECOND

BPS_PER_PERCENT: Final = 100
DAY_S: Final = 86_400
BP_DIGITS: Final = 2
"""Of a figure in basis points: what is kept is parts per million."""
PPM_MAX: Final = 1_000_000


class _Two(NamedTuple):
    """A threshold to go one way and one to go back."""

    beyond: int
    back: int


def read_feedback(
    root: Table, sources: dict[str, Source], currencies: dict[str, int]
) -> FeedbackRules | None:
    """This is `[feedback]`; None where the file has none."""
    if not root.has("feedback"):
        return None
    table = root.table("feedback")
    interval_s = table.whole("interval_s", 60, 1, DAY_S)
    window_s = table.whole("window_s", 3_600, interval_s, 7 * DAY_S)
    stale_s = table.whole("stale_s", 1_800, interval_s, 7 * DAY_S)
    samples_min = table.whole("samples_min", 100, 2, 10_000)
    plausible = _bp(table, "plausible_bp", 20_000)
    coverage = table.whole("coverage_percent", 95, 0, 100) * BPS_PER_PERCENT
    weight_step, weight_min, weight, reach = _routing(table)
    bounded, bound = _market_orders(table)
    size_step, size_min, size = _size(table)
    share, bucket_s = _participation(table)
    impact = table.table("impact")
    impact_max = _bp(impact, "most_bp", None) if table.has("impact") else 0
    impact.end()
    rules = FeedbackRules(
        interval_ns=interval_s * NS_PER_SECOND,
        window_ns=window_s * NS_PER_SECOND,
        stale_ns=stale_s * NS_PER_SECOND,
        samples_min=samples_min,
        plausible_ppm=plausible,
        weight_step_bps=weight_step,
        weight_min_bps=weight_min,
        worse_ppm=weight.beyond,
        better_ppm=weight.back,
        reach_ppm=reach,
        bounded_above_ppm=bounded.beyond,
        bounded_below_ppm=bounded.back,
        bound_ppm=bound,
        size_step_bps=size_step,
        size_min_bps=size_min,
        costly_ppm=size.beyond,
        cheap_ppm=size.back,
        participation_bps=share,
        bucket_ns=bucket_s * NS_PER_SECOND,
        impact_max_ppm=impact_max,
        coverage_min_bps=coverage,
        budgets=_budgets(table, sources, currencies),
    )
    table.end()
    return rules


def _bp(table: Table, name: str, default: int | None, low: int = 1) -> int:
    """A figure in basis points as parts per million."""
    found = table.decimal(name, BP_DIGITS, low, default)
    if found > PPM_MAX:
        table.note(name, f"was {found // 100}, must be at most {PPM_MAX // 100}")
        return low
    return found


def _two(table: Table, beyond: str, back: str, low: int) -> _Two:
    found = _Two(_bp(table, beyond, None, low), _bp(table, back, None, low))
    if found.back > found.beyond:
        table.note(back, f"must not be above {beyond}, or the rule would swing")
    return found


def _percent(table: Table, name: str, low: int, default: int | None = None) -> int:
    return table.whole(name, default, low, 100) * BPS_PER_PERCENT


def _routing(table: Table) -> tuple[int, int, _Two, int]:
    if not table.has("routing"):
        return 0, 0, _Two(0, 0), 0
    rule = table.table("routing")
    step, least = _percent(rule, "step_percent", 1), _percent(rule, "least_percent", 0)
    two = _two(rule, "worse_bp", "better_bp", 0)
    reach = _bp(rule, "reach_bp", None)
    rule.end()
    return step, least, two, reach


def _market_orders(table: Table) -> tuple[_Two, int]:
    if not table.has("market_orders"):
        return _Two(0, 0), 0
    rule = table.table("market_orders")
    two = _two(rule, "above_bp", "below_bp", 1)
    bound = _bp(rule, "bound_bp", None)
    rule.end()
    return two, bound


def _size(table: Table) -> tuple[int, int, _Two]:
    if not table.has("size"):
        return 0, 0, _Two(0, 0)
    rule = table.table("size")
    step, least = _percent(rule, "step_percent", 1), _percent(rule, "least_percent", 1)
    two = _two(rule, "costly_bp", "cheap_bp", 0)
    rule.end()
    return step, least, two


def _participation(table: Table) -> tuple[int, int]:
    if not table.has("participation"):
        return 0, 0
    rule = table.table("participation")
    share = _percent(rule, "share_percent", 1)
    bucket_s = rule.whole("bucket_s", 300, 1, DAY_S)
    rule.end()
    return share, bucket_s


def _budgets(
    table: Table, sources: dict[str, Source], currencies: dict[str, int]
) -> tuple[Budget, ...]:
    budgets: dict[tuple[str, str], Budget] = {}
    for entry in table.tables("budgets", required=False):
        source = entry.one_of("source", sources, "the name of one of [[sources]]")
        currency = entry.one_of("currency", currencies, "one of [currencies]")
        digits = currencies.get(currency)
        cost = 0
        if digits is None:
            entry.decimal_form("cost_max")
        else:
            cost = entry.decimal("cost_max", digits, 1)
        throttle = _percent(entry, "throttle_percent", 1, 80)
        throttled = _percent(entry, "throttled_percent", 1, 50)
        if (source, currency) in budgets:
            entry.note("source", f"was {shown(source)}, which has a budget in {currency} above")
        budgets[source, currency] = Budget(source, currency, cost, throttle, throttled)
        entry.end()
    assert all(budget.throttle_bps <= BPS_ONE for budget in budgets.values()), "above all of it"
    return tuple(budgets.values())
