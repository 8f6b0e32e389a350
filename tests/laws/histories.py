"""Random histories: everything that can be said to a kernel, in any order."""

from interlock.messages.commands import AdvanceTime, CloseSession, Command, ServeQueue
from laws.stage import history_world
from laws.statements import statement
from laws.vocabulary import Chance, Drawn, decision, market, operator, report
from worlds import SECOND, World


def anything(draw: Chance | Drawn, world: World) -> tuple[int, Command]:
    """One command and how long after the last one."""
    kind = draw.number(0, 99)
    after_ns = draw.pick((0, 0, 0, 1, 1_000_000, SECOND // 4))
    if kind < 30:
        return after_ns, decision(draw, world)
    if kind < 52:
        return 0, ServeQueue(draw.number(0, 6))
    if kind < 78:
        return after_ns, report(draw, world)
    if kind < 79:
        return after_ns, statement(draw, world)
    if kind < 90:
        return after_ns, market(draw, world)
    if kind < 99:
        return after_ns, operator(draw, world)
    return draw.pick((1, 1, SECOND, SECOND, 30 * SECOND, 3_600 * SECOND)), AdvanceTime()


def history(seed: int, count: int, *, closes: bool = False) -> World:
    """A world after `count` random commands."""
    draw, world = Chance(seed), history_world()
    for _ in range(count):
        after_ns, command = anything(draw, world)
        world.say(command, after_ns)
    if closes:
        world.say(CloseSession("ann", "the end"))
    return world
