"""Who may import whom, beyond what the import linter says of layers."""

import ast

from house.checkout import PACKAGE, imported_modules, listed, nodes_of, place, python_files

CLOCK = PACKAGE / "inputs" / "clock.py"

# The engine steps, replay steps again, the file that makes engines puts them together, and tests of
# users audit what was stepped, and step on from there; what lists the kernel's invariants takes
# their names from it.
KERNEL_CALLERS = {
    "engine.py",
    "engines.py",
    "journal/replay.py",
    "journal/reproducing.py",
    "offers.py",
    "testing/auditing.py",
    "testing/forking.py",
}

NOW = {"now", "utcnow", "today"}


def test_only_the_clock_imports_time() -> None:
    found = [
        place(path, node)
        for path in python_files("src")
        if path != CLOCK
        for node, module, _ in imported_modules(path)
        if module == "time" or module.startswith("time.")
    ]
    assert not found, f"time comes from interlock.inputs.clock, passed in: {listed(found)}"


def test_only_the_clock_asks_what_day_it_is() -> None:
    found = [
        f"{place(path, node)} {ast.unparse(node)}"
        for path in python_files("src")
        if path != CLOCK
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute)
        and node.attr in NOW
        and ast.unparse(node.value).rpartition(".")[2] in ("datetime", "date")
    ]
    assert not found, f"time comes from interlock.inputs.clock, passed in: {listed(found)}"


def test_only_engine_and_replay_call_the_kernel() -> None:
    found = []
    for path in python_files("src"):
        name = path.relative_to(PACKAGE).as_posix()
        if name in KERNEL_CALLERS or name.startswith("kernel/"):
            continue
        for node, module, names in imported_modules(path):
            whole = module == "interlock" and "kernel" in names
            if whole or module == "interlock.kernel" or module.startswith("interlock.kernel."):
                found.append(f"{place(path, node)} imports {module}")
    assert not found, f"what goes to the kernel goes through the engine: {listed(found)}"


def test_names_are_imported_from_the_module_that_defines_them() -> None:
    """A room's `__init__` gives nothing, and the package's face is for users, not for the rooms."""
    found = []
    for path in python_files("src"):
        for node, module, names in imported_modules(path):
            if module.startswith("."):
                found.append(f"{place(path, node)} imports relatively from {module}")
            elif module == "interlock" and set(names) - {"__version__"}:
                found.append(f"{place(path, node)} imports {', '.join(names)} from the face")
    assert not found, listed(found)
