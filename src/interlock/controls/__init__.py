"""controls: what we are allowed.

Enters: a plan and the ledger. Leaves: a verdict with every finding of every control that applies.
May import: messages, ledger, decisions.
"""
