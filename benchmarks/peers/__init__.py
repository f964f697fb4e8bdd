"""The workloads of `benchmarks.workloads`, written by hand for other engines.

Constants come from that module, never the mechanisms: each engine says the same in its own words.
"""
