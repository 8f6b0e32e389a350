"""hosting: a simulated exchange as a process of its own, with its own durable truth.

Enters: the session file that says what the exchange is, a script of faults, sessions' lines over a
socket, the wall clock. Leaves: reports and market data as lines, and the exchange's record. It is
the other end of `execution.remote`, and knows no more of Interlock than a venue would. May import:
the inner rooms but the kernel, inputs, execution.
"""
