"""A small reader of Gherkin features: what the scenarios of the matching data need, and no more.

It reads Background, Scenario, Scenario Outline with Examples, steps with a table below them, tags
and comments. Anything else is an error, so that no step is passed over in silence.
"""

from dataclasses import dataclass, field, replace

KEYWORDS = ("Given ", "When ", "Then ", "And ", "But ")


@dataclass
class Step:
    text: str
    line: int
    table: list[list[str]] = field(default_factory=list)


@dataclass
class Scenario:
    name: str
    steps: list[Step] = field(default_factory=list)
    examples: list[list[str]] = field(default_factory=list)
    is_outline: bool = False


def read_feature(text: str) -> list[Scenario]:
    """Every scenario with its background in front, an outline once for each of its examples."""
    background: list[Step] = []
    scenarios: list[Scenario] = []
    steps = background
    table: list[list[str]] | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        head, _, rest = line.partition(":")
        if not line or line.startswith(("#", "@")) or head == "Feature":
            continue
        if head == "Background":
            steps = background
        elif head in ("Scenario", "Scenario Outline"):
            scenarios.append(Scenario(rest.strip(), is_outline=head == "Scenario Outline"))
            steps = scenarios[-1].steps
            table = None
        elif head == "Examples":
            table = scenarios[-1].examples
        elif line.startswith("|"):
            assert table is not None, f"line {number}: a table belongs to nothing"
            table.append([cell.strip() for cell in line.strip("|").split("|")])
        elif line.startswith(KEYWORDS):
            steps.append(Step(line.split(" ", 1)[1], number))
            table = steps[-1].table
        else:
            raise AssertionError(f"line {number}: {line!r} is not understood")
    return [run for scenario in scenarios for run in expanded(scenario, background)]


def expanded(scenario: Scenario, background: list[Step]) -> list[Scenario]:
    steps = background + scenario.steps
    if not scenario.is_outline:
        return [replace(scenario, steps=steps)]
    names, *rows = scenario.examples
    assert rows, f"{scenario.name} has no examples"
    return [
        Scenario(
            f"{scenario.name} [{', '.join(row)}]",
            [filled(step, dict(zip(names, row, strict=True))) for step in steps],
        )
        for row in rows
    ]


def filled(step: Step, values: dict[str, str]) -> Step:
    def put(text: str) -> str:
        for name, value in values.items():
            text = text.replace(f"<{name}>", value)
        return text

    return Step(put(step.text), step.line, [[put(cell) for cell in row] for row in step.table])
