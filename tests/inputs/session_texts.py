"""A small session file to spoil: every test changes a line of it and looks at what is said."""

from interlock.inputs.session_file import parse_session
from interlock.inputs.session_remarks import Remark, SessionMistakes

SESSION = """\
[session]
name = "small"
seed = 7

[currencies]
USD = { digits = 4 }
EUR = { digits = 2 }

[[instruments]]
symbol = "COIN"
currency = "USD"
tick = "0.01"
lot = "0.01"

[[instruments]]
symbol = "RAIL"
currency = "USD"
tick = "0.01"
lot = "1"
utc_offset = "-05:00"
phases = [ { from = "09:30", phase = "continuous" }, { from = "16:00", phase = "closed" } ]

[[venues]]
name = "alpha"
kind = "recorded"
instruments = ["COIN", "RAIL"]

[[accounts]]
name = "main"
cash = { USD = "1000.00" }
positions = [ { instrument = "COIN", quantity = "1.50", cost = "100.00" } ]

[[releases]]
name = "r1"
epoch = 1
state = "active"

[[sources]]
name = "model"
account = "main"
instruments = ["COIN", "RAIL"]
actions = ["orders", "notify"]
release = "r1"
epoch = 1
model = "momentum"
parameters = { quantity = 3 }

[controls.market_data]
age_ms = 5000
owner = "risk"
reason = "stale"

[controls.price_collar]
bps = 500
owner = "risk"
reason = "far"

[controls.order_quantity]
quantity_max = "20"
owner = "risk"
reason = "large"

[controls.order_value]
value_max = "500.00"
owner = "risk"
reason = "dear"

[controls.position]
long_max = { COIN = "12.50", RAIL = "30" }
short_max = "20"
owner = "risk"
reason = "much"

[actions.notify]
kind = "file"
path = "notices.jsonl"
"""

EXCHANGE = (
    SESSION.replace('kind = "recorded"', 'kind = "exchange"')
    + """
[market]
start = "2026-01-05T14:30:00Z"
duration_s = 60
[[market.instruments]]
instrument = "COIN"
price = "100.00"
half_spread = "0.02"
quantity = "1.00"
[[market.instruments]]
instrument = "RAIL"
price = "40.00"
half_spread = "0.01"
quantity = "100"
"""
)


def changed(old: str, new: str, text: str = SESSION) -> str:
    """This is the session with one thing changed."""
    assert text.count(old) >= 1, f"{old!r} is not in the session"
    return text.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    """This is the line, from 1, of the first that begins with a part."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(part):
            return number
    raise AssertionError(f"no line begins with {part!r}")


def mistakes_of(text: str) -> list[Remark]:
    """These are the mistakes of a session; none when it can be run."""
    try:
        parse_session(text)
    except SessionMistakes as error:
        return list(error.mistakes)
    return []
