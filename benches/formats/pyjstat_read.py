"""Reads a JSON-stat file with pyjstat; prints how many cells there are and how many have a value."""

import sys

from pyjstat import pyjstat

with open(sys.argv[1], encoding="utf-8") as file:
    data = pyjstat.Dataset.read(file.read()).write("dataframe")
print(len(data), int(data["value"].notna().sum()))
