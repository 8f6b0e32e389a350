"""The session's bounds as the inner rooms read them: natively, at every step."""

from typing import Final, final

from interlock.messages.definitions import Bounds


@final
class BoundsRecord:
    """The numbers of `Bounds`."""

    def __init__(self, definition: Bounds) -> None:
        self.definition: Final = definition
        self.finished_orders_max: Final[int] = definition.finished_orders_max
        self.finished_age_ns: Final[int] = definition.finished_age_ns
        self.duplicate_keys_max: Final[int] = definition.duplicate_keys_max
        self.duplicate_age_ns: Final[int] = definition.duplicate_age_ns
        self.waiting_max: Final[int] = definition.waiting_max
        self.orders_per_decision_max: Final[int] = definition.orders_per_decision_max
        self.open_orders_max: Final[int] = definition.open_orders_max
        self.held_max: Final[int] = definition.held_max
