"""commandline: the commands, one file a family.

Enters: argparse's subparsers, then what was typed. Leaves: a call, which returns an exit code. A
family's code is imported when one of its commands is called. May import: everything but `cli.py`.
"""
