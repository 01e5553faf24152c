"""Reads a PC-Axis file with pyaxis; prints how many cells there are and how many have a value."""

import sys

from pyaxis import pyaxis

data = pyaxis.parse(uri=sys.argv[1], encoding="ISO-8859-15")["DATA"]
# It turns symbols into NaN.
print(len(data), int(data["DATA"].notna().sum()))
