"""monitoring: the windows. What a journal tells, to whoever asks.

Enters: durable entries, or the directory of a journal. Leaves: accounts, stories and records in
words and figures. May import: every room of the walk but the kernel; it says nothing back to it.
"""
