"""The shortfall of every order of a session, worked out anew by SQL from its exported tables: no
code of `feedback` takes part.

A market fact is known to what comes after it in the journal, so "the mid at" a record is that of
the last quote or ladder before it, of the order's own venue; the mid when a decision was made is
that of the last one at or before its moment that was known when the order was cleared.
"""

from pathlib import Path

import duckdb

SQL = """
with mids as (
    select sequence, instrument, venue, ask, bid,
        case when bid is not null and ask is not null and bid <= ask then bid + ask end as mid
    from '{tables}/market.parquet' where kind in ('UpdateQuote', 'UpdateLadder')
),
ends as (
    select cast(json ->> 'order' as bigint) as order_id, min(sequence) as sequence
    from '{tables}/events.parquet'
    where kind in ('OrderCancelled', 'OrderRejected', 'OrderExpired')
        and coalesce(json ->> 'done_for_day', 'false') = 'false'
    group by 1
),
replaced as (
    select cast(json ->> 'order' as bigint) as order_id,
        arg_max(cast(json ->> 'quantity' as bigint), sequence) as quantity
    from '{tables}/events.parquet' where kind = 'OrderReplaced' group by 1
),
ordered as (
    select o.*, coalesce(r.quantity, o.quantity) as wanted, e.sequence as ended,
        if(o.side = 'buy', 1, -1) as sign, coalesce(nullif(d.decided_ns, 0), d.time_ns) as decided
    from '{tables}/orders.parquet' o
    left join '{tables}/decisions.parquet' d on d.sequence = o.decision
    left join ends e using (order_id) left join replaced r using (order_id)
),
-- The command that was the last at the moment of the decision, or the one that cleared the order.
placed as (
    select o.*, least(o.sequence, c.sequence + 1) as decided_before
    from ordered o asof join
        (select sequence, time_ns from '{tables}/commands.parquet'
         qualify row_number() over (partition by time_ns order by sequence desc) = 1) c
        on c.time_ns <= o.decided
),
decided as (
    select p.*, m.mid as decision_mid from placed p asof left join mids m
    on p.instrument = m.instrument and p.venue = m.venue and m.sequence < p.decided_before
),
released as (
    select p.*, m.mid as release_mid from decided p asof left join mids m
    on p.instrument = m.instrument and p.venue = m.venue and m.sequence < p.sequence
),
ended as (
    select p.*, m.mid as end_mid from (select *, coalesce(ended, 0) as before from released) p
    asof left join mids m
    on p.instrument = m.instrument and p.venue = m.venue and m.sequence < p.before
),
filled as (
    select f.order_id, f.quantity, f.price, f.fee, f.liquidity, m.mid,
        if(f.liquidity = 'maker', null, if(f.side = 'buy', m.ask, m.bid)) as touch
    from (select f.*, o.instrument, o.venue, o.side
          from '{tables}/fills.parquet' f join '{tables}/orders.parquet' o using (order_id)) f
    asof left join mids m
    on f.instrument = m.instrument and f.venue = m.venue and m.sequence < f.sequence
),
summed as (
    select order_id, sum(f.quantity) as lots, sum(2 * f.fee) as fees,
        sum(f.quantity * (f.mid - o.release_mid)) as timing,
        sum(f.quantity * (2 * coalesce(f.touch, f.price) - f.mid)) as spread,
        sum(f.quantity * 2 * (f.price - coalesce(f.touch, f.price))) as impact,
        bool_or(f.mid is null) as is_blind
    from filled f join ended o using (order_id) group by 1
)
select o.order_id,
    o.sign * {factor} * coalesce(s.lots, 0) * (o.release_mid - o.decision_mid) as delay,
    o.sign * {factor} * coalesce(s.timing, 0) as timing,
    o.sign * {factor} * coalesce(s.spread, 0) as spread,
    o.sign * {factor} * coalesce(s.impact, 0) as impact,
    coalesce(s.fees, 0) as fees,
    if(coalesce(s.lots, 0) >= o.wanted, 0,
       o.sign * {factor} * (o.wanted - coalesce(s.lots, 0)) * (o.end_mid - o.decision_mid))
        as opportunity
from ended o left join summed s using (order_id)
where o.decision_mid is not null and o.release_mid is not null
    and not coalesce(s.is_blind, false)
    and (coalesce(s.lots, 0) >= o.wanted or (o.ended is not null and o.end_mid is not null))
"""

Costs = dict[int, tuple[int, ...]]
"""By order: delay, timing, spread, impact, fees and opportunity, in half smallest units."""


def worked_out(tables: Path, factors: dict[str, int]) -> Costs:
    """Every order whose cost can be stated; `factors` is what a tick on a lot is worth."""
    connection = duckdb.connect()
    whens = " ".join(f"when '{symbol}' then {factor}" for symbol, factor in factors.items())
    query = SQL.format(tables=tables, factor=f"(case o.instrument {whens} end)")
    return {row[0]: tuple(map(int, row[1:])) for row in connection.execute(query).fetchall()}


def as_reported(tables: Path) -> Costs:
    """The same, as `interlock quality --parquet` has it."""
    columns = ", ".join(
        f"{part}_twice" for part in ("delay", "timing", "spread", "impact", "fees", "opportunity")
    )
    rows = duckdb.connect().execute(
        f"select \"order\", {columns} from '{tables}/orders.parquet' where unmeasured = ''"
    )
    found: Costs = {}
    for row in rows.fetchall():
        sequence, place = row[0].split("-")
        found[(int(sequence) << 20) | int(place)] = tuple(map(int, row[1:]))
    return found
