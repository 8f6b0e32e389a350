"""Session curves: `[[curves]]`, the files of volume curves that a session's large orders may
follow, read beside the session file.
"""

from pathlib import Path

from interlock.inputs.session_definitions import BY, Definitions
from interlock.inputs.session_table import Table
from interlock.inputs.volume_curves import CurveRefused, read_curve
from interlock.messages.works import SetVolumeCurve


def read_curves(
    root: Table, definitions: Definitions, folder: Path | None
) -> tuple[SetVolumeCurve, ...]:
    """This reads every `[[curves]]` entry: `instrument`, and `file`, a path from the folder of the
    session file. Of text that has no folder (what a journal keeps) no curve is read: the journal
    has them as commands."""
    curves: dict[str, SetVolumeCurve] = {}
    for table in root.tables("curves", required=False):
        symbol = table.one_of("instrument", definitions.symbols, "one of [[instruments]]")
        name = table.text("file")
        table.end()
        if symbol in curves:
            table.note("instrument", f"was {symbol!r}, which has a curve above")
        if folder is None or not name or not symbol:
            continue
        try:
            curve = read_curve(folder / name, BY)
        except CurveRefused as refused:
            table.note("file", str(refused))
            continue
        if curve.instrument != symbol:
            text = f"was {name!r}, which is the curve of {curve.instrument}, not of {symbol}"
            table.note("file", text)
        curves[symbol] = curve
    return tuple(curves.values())
