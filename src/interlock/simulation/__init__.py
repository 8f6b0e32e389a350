"""simulation: a world to trade in.

Enters: our effects (`OrderCleared`, `CancelRequested`, `ReplaceRequested`), recorded market data,
and a seed. Leaves: the commands that a real venue's connection would put before the front door
(`ReportOrder`, `UpdateQuote`, `UpdateLadder`, `NoteTrade`), and the decisions of built-in models.
May import: messages. Pure and compiled: market time and chance come in as numbers.
"""
