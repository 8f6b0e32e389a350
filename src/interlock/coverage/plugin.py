"""The pytest plugin: `pytest --state-coverage[=FILE]` writes what the tests exercised to a file.

Every journal that a test leaves in its `tmp_path` is followed, and every world that asked the
recorder for an observer; under xdist each worker counts and the controller adds up. A move that no
table declares fails the test that made it, or the run. `interlock coverage --tests FILE` reads the
file.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

NAME = "interlock.coverage.plugin"
DEFAULT_FILE = ".state-coverage.json"
_OUTPUT = "interlock_state_coverage"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("interlock")
    group.addoption(
        "--state-coverage",
        nargs="?",
        const=DEFAULT_FILE,
        default=None,
        metavar="FILE",
        help=f"count the states and transitions that the tests exercise (in {DEFAULT_FILE})",
    )


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption("--state-coverage")
    if file is None:
        return
    if Path(file).is_dir() or file.endswith(".py") or "::" in file:
        raise pytest.UsageError(
            f"--state-coverage would write to {file}, which names tests: write"
            " --state-coverage=FILE, or put it after them"
        )
    config.pluginmanager.register(StateCoverage(Path(file)), "interlock-state-coverage")


class StateCoverage:
    """One process's part in a run: it counts, and the one that has no controller writes."""

    def __init__(self, file: Path) -> None:
        from interlock.coverage.recorder import Recorder, begin

        self.file = file.absolute()
        self.recorder = Recorder()
        begin(self.recorder)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.recorder.test = item.nodeid
        try:
            return (yield)
        finally:
            self.recorder.test = ""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """The journals of a test are read before its folder is taken away."""
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        if isinstance(folder, Path):
            self.recorder.read_under(folder)
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        factory: Any = getattr(session.config, "_tmp_path_factory", None)
        # A controller's folder holds those of its workers, which have read them.
        has_workers = session.config.pluginmanager.hasplugin("dsession")
        if factory is not None and factory._basetemp is not None and not has_workers:
            self.recorder.test = "a fixture of several tests"
            self.recorder.read_under(factory.getbasetemp())
        counts = self.recorder.counts
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_OUTPUT] = counts.text()
            return
        counts.write(self.file)
        if counts.undeclared and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of xdist is done: its counts are added."""
        from interlock.coverage.counts import counts_of

        text = getattr(node, "workeroutput", {}).get(_OUTPUT)
        if text is not None:
            self.recorder.counts.merge(counts_of(text, "a worker's counts"))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        from interlock.coverage.comparison import sections

        counts = self.recorder.counts
        shares = ", ".join(
            f"{section.name} {section.hit}/{section.wanted}" for section in sections(counts)
        )
        terminalreporter.write_line(f"state coverage: {shares}; in {self.file}")
        for cell, hits in counts.undeclared.items():
            terminalreporter.write_line(f"in no table: {cell} ({hits.first})", red=True)

    def pytest_unconfigure(self) -> None:
        from interlock.coverage.recorder import end

        end(self.recorder)
