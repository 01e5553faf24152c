"""Reads SDMX-ML data with sdmx1, with the structure beside; prints how many observations there are, and how many have a value."""

import sys
from pathlib import Path

import sdmx

structure = sdmx.read_sdmx(Path(sys.argv[1]).with_name("structure.xml"))
definition = next(iter(structure.structure.values()))
(data,) = sdmx.read_sdmx(sys.argv[1], structure=definition).data
print(len(data.obs), sum(observation.value is not None for observation in data.obs))
