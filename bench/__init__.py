"""The benchmarks: each one names its peers, runs them in the same run, and prints what came out."""
