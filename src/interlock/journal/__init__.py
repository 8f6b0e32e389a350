"""journal: what was said, kept.

Enters: batches of entries (a command, when it was taken, the events it led to). Leaves: durable
sequence numbers, and the same entries again to whoever replays, follows or audits. May import:
messages. Nothing here steps the kernel; nothing here reads a clock.

One frame is one batch is one commit unit, so a batch is on disk whole or not at all (`frames.py`).
The files and their order of creation are in `segments.py` and `writer.py`; what is done after a
crash is one table in `recovery.py`.
"""
