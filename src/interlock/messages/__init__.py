"""messages: the words everyone may say.

Enters: nothing. Leaves: units, reasons, the vocabulary of orders, decisions, definitions, commands,
events and their bytes. May import: nothing of Interlock. Pure, but not compiled: in a compiled
module a Struct silently loses its keywords (frozen, tag, array_like).
"""
