#!/usr/bin/env python3
"""Makes the files that readers are measured on: one cube in each format.

    ./generate.py CELLS FOLDER

The cube is as offices publish them: region × industry × sex × quarter, one cell in twenty missing, the
digits of the values in the file. Needs nothing but Python; the same bytes every time.
"""

import random
import sys
from pathlib import Path

SEXES = ["T", "M", "F"]
QUARTERS = [f"{year}Q{quarter}" for year in range(2000, 2025) for quarter in range(1, 5)]


def main():
    cells, folder = int(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    regions = [f"KZ{number:03}" for number in range(50)]
    per_industry = len(regions) * len(SEXES) * len(QUARTERS)
    industries = [f"{number:04}" for number in range(max(1, cells // per_industry))]
    rng = random.Random(20241124)
    values = [
        None if rng.random() < 0.05 else f"{rng.uniform(0, 100_000):.1f}"
        for _ in range(per_industry * len(industries))
    ]
    dimensions = {"region": regions, "industry": industries, "sex": SEXES, "time": QUARTERS}
    write_px(folder / "cube.px", dimensions, values)
    write_jsonstat(folder / "cube.jsonstat", dimensions, values)
    (folder / "cells").write_text(f"{len(values)} {sum(value is not None for value in values)}\n")


def write_px(path, dimensions, values):
    listed = lambda items: ",".join(f'"{item}"' for item in items)
    *stub, heading = dimensions
    with path.open("w", newline="\n", encoding="iso-8859-15") as out:
        out.write('CHARSET="ANSI";\nAXIS-VERSION="2013";\nCODEPAGE="iso-8859-15";\nLANGUAGE="en";\n')
        out.write('DECIMALS=1;\nSHOWDECIMALS=1;\nMATRIX="CUBE";\nSUBJECT-CODE="X";\nSUBJECT-AREA="Cubes";\n')
        out.write('TITLE="Employed by region, industry, sex and time";\nCONTENTS="Employed";\nUNITS="persons";\n')
        out.write(f"STUB={listed(stub)};\nHEADING={listed([heading])};\n")
        for name, codes in dimensions.items():
            out.write(f'VALUES("{name}")={listed(f"{name} {code}" for code in codes)};\n')
            out.write(f'CODES("{name}")={listed(codes)};\n')
        periods = [quarter.replace("Q", "") for quarter in dimensions[heading]]
        out.write(f'TIMEVAL("{heading}")=TLIST(Q1),{listed(periods)};\nDATA=\n')
        width = len(dimensions[heading])
        for start in range(0, len(values), width):
            row = (value or '".."' for value in values[start : start + width])
            out.write(" ".join(row) + " \n")
        out.write(";\n")


def write_jsonstat(path, dimensions, values):
    quoted = lambda items: ",".join(f'"{item}"' for item in items)
    with path.open("w", newline="\n", encoding="utf-8") as out:
        out.write('{"version":"2.0","class":"dataset","label":"Employed","source":"Nobody",')
        out.write(f'"id":[{quoted(dimensions)}],"size":[{",".join(str(len(c)) for c in dimensions.values())}],')
        out.write('"role":{"time":["time"],"geo":["region"]},"dimension":{')
        for at, (name, codes) in enumerate(dimensions.items()):
            labels = ",".join(f'"{code}":"{name} {code}"' for code in codes)
            out.write("," if at else "")
            out.write(f'"{name}":{{"label":"{name}","category":{{"index":[{quoted(codes)}],"label":{{{labels}}}}}}}')
        out.write('},"value":[')
        out.write(",".join(value or "null" for value in values))
        out.write("]}\n")


if __name__ == "__main__":
    main()
