"""coverage: which states and transitions have been exercised, by tests and by production.

Enters: entries of journals, crashes that tests made. Leaves: counts by cell, their comparison with
everything that can happen, a page with the machines drawn. May import: messages, ledger, decisions,
controls, journal.
"""
