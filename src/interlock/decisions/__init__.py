"""decisions: what we would like.

Enters: a decision that waited, and the ledger. Leaves: a plan, which orders, cancels, replaces and
actions the decision would become, sized and routed, for the gate to judge. May import: messages,
ledger.
"""
