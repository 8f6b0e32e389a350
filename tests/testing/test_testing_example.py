"""The example of a strategy's tests is what the documents promise: its tests run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

from house.checkout import ROOT
from sessions.walks import environment

FOLDER = ROOT / "examples" / "strategy_tests"


def test_the_example_strategys_tests_pass(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(FOLDER),
         str(FOLDER)],
        env=environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"4 passed", done.stdout)


def test_every_name_in_the_document_exists() -> None:
    text = (ROOT / "docs" / "testing.md").read_text()
    source = "".join(
        path.read_text() for path in sorted((ROOT / "src/interlock/testing").glob("*.py"))
    )
    named = set(re.findall(r"`([a-zA-Z_]+)\(?[^`]*`", text))
    known = {name for name in named if re.search(rf"(def|class) {name}\b", source)}
    assert {"MarketTrial", "LiveTrial", "restart_everywhere", "fork_journal", "invariants"} <= known
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        compile(block, "docs/testing.md", "exec")
        for line in block.splitlines():
            if line.startswith(("from interlock", "import interlock")):
                exec(line, {})
