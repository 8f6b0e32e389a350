"""The compiled build: the inner rooms, all of them and nothing else, by one folder rule.

`messages` is an inner room too but stays interpreted: in a compiled module a msgspec Struct
silently loses its keywords. Set INTERLOCK_COMPILE=1 to compile; without it the same source is
installed as it is, slower and equally correct. MYPYC_OPT_LEVEL=0 compiles in half the time.
"""

import os
import sys
from pathlib import Path

from setuptools import setup

COMPILED_ROOMS = ("ledger", "decisions", "controls", "kernel", "simulation")

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
        # calls between them are inlined.
        for module in ext_modules:
            module.extra_compile_args += ["-flto", "-fno-semantic-interposition"]
            module.extra_link_args += ["-flto"]

setup(ext_modules=ext_modules)
