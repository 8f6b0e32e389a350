"""testing: whole sessions in one process, that may crash anywhere and start again.

Enters: a session file, a market or recordings, words, and where to crash. Leaves: what became of
it, to be compared with the run without crash. Disk, clock, venues and names are passed in; nothing
is patched. For tests, those of Interlock's users above all (docs/testing.md). May import:
everything but the command line.
"""
