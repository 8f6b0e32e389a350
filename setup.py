"""The compiled build: the inner rooms, all of them and nothing else, by one folder rule.

`messages` is an inner room too but stays interpreted: in a compiled module a msgspec Struct
silently loses its keywords. Set INTERLOCK_COMPILE=1 to compile; without it the same source is
installed as it is, slower and equally correct. MYPYC_OPT_LEVEL=0 compiles in half the time;
INTERLOCK_PROFILE is said by `make tuned`.
"""

import os
import subprocess
import sys
from pathlib import Path

from setuptools import setup

COMPILED_ROOMS = ("ledger", "decisions", "controls", "kernel", "simulation")


def takes(flag: str) -> bool:
    """Whether the C compiler knows a flag."""
    command = [*os.environ.get("CC", "cc").split(), flag, "-xc", "-fsyntax-only", os.devnull]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


ext_modules = []
if os.environ.get("INTERLOCK_COMPILE") == "1":
    from mypyc.build import mypycify

    sources = [
        str(path)
        for room in COMPILED_ROOMS
        for path in sorted(Path("src/interlock", room).glob("*.py"))
        if path.name != "__init__.py"
    ]
    ext_modules = mypycify(
        sources,
        opt_level=os.environ.get("MYPYC_OPT_LEVEL", "3"),
        debug_level="0",
        group_name="interlock",
        strict_dunder_typing=True,
    )
    if sys.platform == "linux":
        # The rooms and the compiler's runtime are separate files: linked as one, the smallest
        # calls between them are inlined; where the compiler can, on all processors.
        flags = ["-flto=auto" if takes("-flto=auto") else "-flto"]
        # `make tuned` compiles twice: to count what a session does, and to what was counted.
        profile = Path("build/profile").absolute()
        if os.environ.get("INTERLOCK_PROFILE") == "count":
            flags += ["-fprofile-generate", f"-fprofile-dir={profile}"]
        elif os.environ.get("INTERLOCK_PROFILE") == "use":
            flags += [f"-fprofile-use={profile}", "-fprofile-partial-training"]
            flags += ["-Wno-missing-profile"]
        for module in ext_modules:
            module.extra_compile_args += [*flags, "-fno-semantic-interposition"]
            module.extra_link_args += flags

setup(ext_modules=ext_modules)
