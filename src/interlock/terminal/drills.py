"""Drills on a terminal: what each control is worth against a failure of the past."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from interlock.review.drill import Drill, Result
from interlock.terminal.output import print_json

DONE = 0
FOUND = 1

Ran = tuple[Drill, list[Result]]


def print_drills(ran: Iterable[Ran], out: Path | None, *, as_json: bool) -> int:
    """This prints the result of each drill as it is run, and returns 1 when one did not pass."""
    console = Console()
    made: list[dict[str, Any]] = []
    passed, stages = 0, 0
    for drill, results in ran:
        stages += len(results)
        passed += sum(result.passed for result in results)
        if as_json:
            made.append(_drill(drill, results))
        else:
            _print(console, drill, results)
    code = DONE if passed == stages else FOUND
    if as_json:
        print_json({"drills": made, "stages": stages, "passed": passed})
        return code
    console.print(f"{passed} of {stages} passed.")
    if out is not None:
        console.print(f"Kept under {out}", markup=False, highlight=False, soft_wrap=True)
    return code


def print_facts(drills: Iterable[Drill], *, as_json: bool) -> int:
    """This prints what happened, and how it became a drill."""
    if as_json:
        print_json([_facts(drill) for drill in drills])
        return DONE
    console = Console()
    for drill in drills:
        console.print(f"[bold]{drill.code}[/] {drill.title}")
        console.print(drill.facts, markup=False, highlight=False)
        console.print(f"Scale: {drill.scale}", markup=False, highlight=False)
        controls = ", ".join(f"{stage.control} {stage.row}" for stage in drill.stages)
        console.print(f"Against it: {controls}\n", markup=False, highlight=False)
    return DONE


def _facts(drill: Drill) -> dict[str, Any]:
    return {
        "drill": drill.code,
        "title": drill.title,
        "facts": drill.facts,
        "scale": drill.scale,
        "harm_is": drill.harm_is,
    }


def _drill(drill: Drill, results: list[Result]) -> dict[str, Any]:
    return {
        **_facts(drill),
        "stages": [
            {
                "control": result.stage.control,
                "row": result.stage.row,
                "harm_with": drill.harm_text(result.harm_with),
                "harm_max": drill.harm_text(result.stage.harm_max),
                "harm_without": drill.harm_text(result.harm_without),
                "harm_min": drill.harm_text(drill.harm_min),
                "criterion": result.stage.criterion,
                "met": result.is_met,
                "passed": result.passed,
            }
            for result in results
        ],
    }


def _print(console: Console, drill: Drill, results: list[Result]) -> None:
    table = Table(title=f"{drill.code} {drill.title}: {drill.harm_is}", title_justify="left")
    table.add_column("control, and what must be so")
    for name in ("with it", "at most", "without it"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("passed", no_wrap=True)
    for result in results:
        stage = result.stage
        harms = (result.harm_with, stage.harm_max, result.harm_without)
        table.add_row(
            f"[bold]{stage.control}[/] {stage.row}\n{stage.criterion}",
            *(drill.harm_text(harm) for harm in harms),
            "yes" if result.passed else "NO",
        )
    console.print(table)
