"""`curve`: a volume curve learnt from recordings, as the file that a session file names."""

import sys
from collections.abc import Sequence
from pathlib import Path

from interlock.inputs.recordings import open_recordings
from interlock.inputs.refusals import RecordingRefused
from interlock.inputs.session_file import SessionFile
from interlock.inputs.volume_curves import BUCKETS_MAX, curve_text, learn
from interlock.terminal.output import print_json

DONE = 0


def learn_curve(
    file: SessionFile,
    data: Sequence[Path],
    symbol: str | None,
    bucket_s: int,
    out: Path | None,
    *,
    as_json: bool,
) -> int:
    """This learns one instrument's curve and writes it to a file, or prints it. Raises
    `RecordingRefused` when the recordings say nothing of it."""
    instruments = {made.symbol: made for made in file.instruments}
    if symbol is None and len(instruments) == 1:
        symbol = next(iter(instruments))
    if symbol not in instruments:
        known = ", ".join(instruments)
        raise RecordingRefused("--instrument", f"was {symbol}, must be one of {known}")
    if not 86_400 // BUCKETS_MAX <= bucket_s <= 86_400:
        least = 86_400 // BUCKETS_MAX
        raise RecordingRefused("--bucket-s", f"was {bucket_s}, must be in {least}..86400")
    recording = open_recordings(
        file.recordings(data), instruments, {venue.name: venue for venue in file.venues}
    )
    learner = learn(recording, instruments[symbol], bucket_s)
    curve = learner.curve("curve")
    if curve is None:
        raise RecordingRefused(data[0], f"has no trades of {symbol} while it trades")
    text = curve_text(curve, learner.days, [path.name for path in data])
    if out is not None:
        out.write_text(text)
    if as_json:
        print_json(
            {
                "instrument": symbol,
                "days": learner.days,
                "start_ns": curve.start_ns,
                "bucket_ns": curve.bucket_ns,
                "volumes": list(curve.volumes),
            }
        )
    elif out is None:
        sys.stdout.write(text)
    else:
        buckets = f"{len(curve.volumes)} buckets of {bucket_s} s"
        sys.stdout.write(f"{symbol}: {buckets}, {learner.days} day(s), written to {out}\n")
    return DONE
