"""Which build is under test, how hard Hypothesis looks, and where the recordings lie."""

import importlib.util
import os
from pathlib import Path

import hypothesis
import pytest

import interlock
from house.checkout import COMPILED_ROOMS, ROOT

hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def build_under_test() -> str:
    """This is `interpreted`, `compiled` or mixed, judged by every module of the compiled rooms."""
    package = Path(interlock.__file__).parent
    suffixes = set()
    for room in COMPILED_ROOMS:
        for path in sorted((package / room).glob("*.py")):
            if path.stem != "__init__":
                spec = importlib.util.find_spec(f"interlock.{room}.{path.stem}")
                assert spec is not None, f"{path} cannot be imported"
                suffixes.add(Path(str(spec.origin)).suffix)
    if suffixes == {".py"}:
        return "interpreted"
    if suffixes == {".so"}:
        return "compiled"
    return f"mixed ({', '.join(sorted(suffixes)) or 'no compiled rooms'})"


def pytest_configure(config: pytest.Config) -> None:
    """A run that would test another build than the one that is meant does not start."""
    expected = os.environ.get("INTERLOCK_EXPECT")
    found = build_under_test()
    if expected and found != expected:
        raise pytest.UsageError(
            f"the interlock of {Path(interlock.__file__).parent} is {found}, "
            f"INTERLOCK_EXPECT says {expected}: run `make testi` or `make testc`"
        )


def pytest_report_header(config: pytest.Config) -> str:
    return f"interlock: {build_under_test()}, from {Path(interlock.__file__).parent}"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of recordings that nobody here made.

    `INTERLOCK_DATA` says where it is; else it is `shared/data` beside the checkout.
    """
    folder = Path(os.environ.get("INTERLOCK_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.fail(
            f"{folder} is not there; set INTERLOCK_DATA to the folder that holds "
            "binance, us-equity, fix and matching",
            pytrace=False,
        )
    return folder
