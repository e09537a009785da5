"""Time and memory of the program, as ratios to kubectl and curl in the same run: `python -m benchmarks`."""
