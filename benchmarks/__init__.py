"""Benchmarks: three workloads played by desim and by other engines, side by side."""
