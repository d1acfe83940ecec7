"""Speed, as ratios in one run. `python -m benchmarks NAME` runs one of the modules of this folder."""
