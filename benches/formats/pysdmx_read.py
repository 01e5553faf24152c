"""Reads SDMX-ML or SDMX-CSV data with pysdmx; prints how many observations there are, and how many have a value."""

import sys

from pysdmx.io import read_sdmx

# Without validation by the schemas, which takes as long again.
data = next(iter(read_sdmx(sys.argv[1], validate=False).data)).data
print(len(data), int(data["OBS_VALUE"].notna().sum()))
