"""ledger: what is so; only facts and events change it, through one door, `Ledger.apply`.

Enters: commands that are facts, and events. Leaves: what the inner rooms read, a state that can be
written and read back, and its digest. May import: messages.
"""
