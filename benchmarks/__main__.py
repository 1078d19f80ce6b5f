"""`python -m benchmarks`: what `make bench` runs."""

from benchmarks.command import bench

bench(prog_name="python -m benchmarks")
