"""Interlock: a decision becomes an action only after every control has spoken."""

__version__ = "0.1.0"
