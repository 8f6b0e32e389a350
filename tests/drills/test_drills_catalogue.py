"""The catalogue of controls says which drills exercise a row: it is so, and all that drills ask for
is there.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from interlock.controls.catalogue import CATALOGUE, KINDS
from interlock.controls.control import ControlKind
from interlock.controls.rows import ELSEWHERE, ROWS
from interlock.controls.rules import RULES
from interlock.inputs.session_file import parse_session
from interlock.review.drill import Drill, Result, always
from interlock.review.drills import DRILLS
from interlock.review.scene import LOOSE

HERE = Path(__file__).parent

# What each failure asks for, by the rows of the catalogue; processes of the firm and the gates of
# releases are not among them.
ASKED = {
    "D1": ("C06", "C08", "C09", "C20", "C27", "C32"),
    "D2": ("C01", "C05", "C16", "C32"),
    "D3": ("C02", "C03", "C17", "C20"),
    "D4": ("C01", "C06", "C07", "C08"),
    "D5": ("C05", "C06", "C32"),
    "D6": ("C01", "C08", "C11"),
    "D7": ("C03", "C11"),
    "D12": ("C01", "C03"),
    "D15": ("C02", "C11", "C16"),
}


def rows_of(drill: Drill) -> set[str]:
    found = {stage.row for stage in drill.stages}
    for stage in drill.stages:
        for name in stage.limits:
            found |= {KINDS[name].row, *KINDS[name].also}
    return found


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_the_drills_that_a_control_names_arm_it_and_no_others(kind: ControlKind) -> None:
    named = re.findall(r"D[0-9]+", kind.drill)
    arming = [
        drill.code
        for drill in DRILLS.values()
        if any(kind.name in stage.limits for stage in drill.stages)
    ]
    assert named == arming


@pytest.mark.parametrize("drill", DRILLS.values(), ids=lambda drill: drill.code)
def test_each_drill_has_a_file_here_and_answers_the_rows_that_it_asks_for(drill: Drill) -> None:
    files = sorted(HERE.glob("test_drills_*.py"))
    written = [path for path in files if path.read_text().startswith(f'"""{drill.code} ')]
    assert len(written) == 1, drill.code
    assert set(ASKED[drill.code]) <= rows_of(drill) <= set(ROWS)
    assert drill.facts.endswith(")"), "the source comes last"


@pytest.mark.parametrize("drill", DRILLS.values(), ids=lambda drill: drill.code)
def test_a_stage_arms_one_control_beside_the_loose_ones(drill: Drill) -> None:
    always_there = {name for name, _, _ in RULES.values()}
    for stage in drill.stages:
        assert len(stage.limits) <= 1, stage.control
        file = parse_session(drill.scene.text(stage.limits))
        assert {said.limit.control for said in file.set_limits} == {*LOOSE, *stage.limits}
        if not stage.limits:
            # What every session has is tried by a telling in which it has no chance.
            assert stage.control in always_there or stage.row in ELSEWHERE
            assert stage.story_without is not None


def test_a_result_passes_only_when_all_of_it_is_so() -> None:
    drill = DRILLS["D15"]
    stage = drill.stages[0]
    good = Result(drill, stage, stage.harm_max, drill.harm_min, True)
    assert good.passed
    assert not replace(good, harm_with=stage.harm_max + 1).passed
    assert not replace(good, harm_without=drill.harm_min - 1).passed
    assert not replace(good, is_met=False).passed


def test_harms_are_written_as_people_write_them() -> None:
    assert DRILLS["D5"].harm_text(4612) == "4,612"
    assert DRILLS["D1"].harm_text(664_975_005) == "6,649,750.05"
    assert DRILLS["D1"].harm_text(-5) == "-0.05"
    assert always(None)  # type: ignore[arg-type]
