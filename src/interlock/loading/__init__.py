"""Loading: a crowd for a session, to see what it does when there is too much.

In go the figures of a crowd, out come the figures of what was done in time. It speaks to a session
over its socket as any client does. May import monitoring, inputs and what is above them.
"""
