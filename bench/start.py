"""How long `interlock --help` takes, as a whole process.

python bench/start.py [--runs 11]
"""

import argparse
import subprocess
import sys
import time

from worlds.figures import figure


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=11)
    chosen = parser.parse_args()
    command = [sys.executable, "-m", "interlock", "--help"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    times = []
    for _ in range(chosen.runs):
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - begun)
    figure("start.help", times, "s")


if __name__ == "__main__":
    main()
