"""The price at which an auction trades.

The rule, in this order: the largest executable quantity; among those prices the smallest surplus
(the quantity that one side wants beyond the other); among those the price nearest to the reference,
the lower one when two are equally near. Every tick between the best ask and the best bid is a
candidate, not only the limits of orders; since demand and supply change at limits only, it is
enough to look at limits, their neighbours and the reference. Hidden quantity counts.
"""

from interlock.messages.units import Lots, Ticks
from interlock.simulation.book import Book


def uncross_price(book: Book, reference: Ticks) -> tuple[Ticks, Lots, Lots]:
    """This is the price, the quantity that trades there, and the surplus; all 0 when nothing can
    trade.

    Costs O(n log n) in the levels that cross.
    """
    best_bid = book.bids.best
    best_ask = book.asks.best
    if best_bid is None or best_ask is None or best_bid.price < best_ask.price:
        return 0, 0, 0
    low = best_ask.price
    high = best_bid.price
    bids = _crossing(book.bids.keys, low)
    asks = _crossing(book.asks.keys, -high)
    demand = 0
    for key in bids:
        demand += book.bids.levels[key].total
    supply = 0
    bid_index = 0
    ask_index = len(asks) - 1
    chosen = low
    chosen_quantity = 0
    chosen_surplus = 0
    for price in _candidates(bids, asks, low, high, reference):
        while bid_index < len(bids) and bids[bid_index] < price:
            demand -= book.bids.levels[bids[bid_index]].total
            bid_index += 1
        while ask_index >= 0 and -asks[ask_index] <= price:
            supply += book.asks.levels[asks[ask_index]].total
            ask_index -= 1
        quantity = demand if demand < supply else supply
        surplus = demand + supply - 2 * quantity
        if quantity < chosen_quantity:
            continue
        if quantity == chosen_quantity:
            if surplus > chosen_surplus:
                continue
            if surplus == chosen_surplus and abs(price - reference) >= abs(chosen - reference):
                continue
        chosen = price
        chosen_quantity = quantity
        chosen_surplus = surplus
    return chosen, chosen_quantity, chosen_surplus


def _crossing(keys: list[int], bound: int) -> list[int]:
    # Keys ascend to the best; only those at or beyond the other side's best can trade.
    index = len(keys)
    while index > 0 and keys[index - 1] >= bound:
        index -= 1
    return keys[index:]


def _candidates(
    bids: list[int], asks: list[int], low: Ticks, high: Ticks, reference: Ticks
) -> list[Ticks]:
    prices: list[int] = [low, high, reference]
    for key in bids:
        prices.append(key)
        prices.append(key + 1)
    for key in asks:
        prices.append(-key)
        prices.append(-key - 1)
    prices.sort()
    found: list[int] = []
    for price in prices:
        if low <= price <= high and (not found or found[-1] != price):
            found.append(price)
    return found
