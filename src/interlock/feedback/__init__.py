"""feedback: what an action was worth, and what executing it cost.

Enters: durable entries, in order. Leaves: outcomes (one for each order and decision), scorecards
over them, and what is still owed one. May import: the inner rooms, journal, monitoring.
"""
