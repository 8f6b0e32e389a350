"""The built-in models by name, for the demo and for sessions over recordings."""

from typing import Final

from interlock.messages.definitions import Instrument
from interlock.simulation.careless import CarelessModel
from interlock.simulation.large_orders import LargeOrderModel
from interlock.simulation.model import Model
from interlock.simulation.momentum import MomentumModel
from interlock.simulation.reversion import MeanReversionModel

MODELS: Final = ("momentum", "mean_reversion", "careless", "large_orders")


def make_model(
    name: str,
    source: str,
    release: str,
    epoch: int,
    instruments: dict[str, Instrument],
    venues: list[str],
    parameters: dict[str, int],
    seed: int,
) -> Model:
    """This is a new model of that name. Raises `ValueError` saying which names and parameters there
    are.
    """
    if name == "momentum":
        return MomentumModel(source, release, epoch, instruments, venues, parameters, seed)
    if name == "mean_reversion":
        return MeanReversionModel(source, release, epoch, instruments, venues, parameters, seed)
    if name == "careless":
        return CarelessModel(source, release, epoch, instruments, venues, parameters, seed)
    if name == "large_orders":
        return LargeOrderModel(source, release, epoch, instruments, venues, parameters, seed)
    raise ValueError(f"$.model: was {name!r}, must be one of {', '.join(MODELS)}")
