"""review: what a reviewer needs.

Enters: what a run of a drill led to. Leaves: the drills, each a failure of the past as a session
with and without the control that answers it. May import: everything above it; it runs nothing.
"""
