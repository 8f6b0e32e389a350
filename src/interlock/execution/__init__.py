"""execution: the back door.

Enters: events that are durable. Leaves: orders, cancels and replaces at venues, actions at their
executors, and the commands by which all of these answer. May import: the inner rooms, the journal,
inputs.
"""
