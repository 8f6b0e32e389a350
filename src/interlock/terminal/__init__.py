"""terminal: what a person at a terminal sees, and what a program gets with `--json`.

Enters: accounts, stories, differences, mistakes. Leaves: text on standard output. May import:
everything but assembly and the command line.
"""
