"""inputs: the front door.

Enters: bytes from outside (the session file, decisions and operators' words as JSON lines, market
recordings) and the clock. Leaves: commands with the market time they are taken at, or a polite
refusal that says every mistake. What is wrong with market data leaves as `NoteFeedFault`, never as
silence. May import: the inner rooms.
"""
