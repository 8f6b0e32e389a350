"""kernel: one step.

Enters: a numbered command with its time. Leaves: the events it led to, already applied to the
ledger. May import: messages, ledger, decisions, controls.
"""
