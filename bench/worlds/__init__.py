"""worlds: the sessions that the benchmarks run, and how figures are printed."""
