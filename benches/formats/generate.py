#!/usr/bin/env python3
"""Makes the files that readers are measured on: one cube in each format.

    ./generate.py CELLS FOLDER

The cube is as offices publish them: region × industry × sex × quarter, one cell in twenty missing, the
digits of the values in the file. Needs nothing but Python; the same bytes every time.
"""

import itertools
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
    write_sdmx_structure(folder / "structure.xml", dimensions)
    write_sdmx_ml(folder / "cube.xml", dimensions, values)
    write_csv(folder / "cube.sdmx.csv", dimensions, values, ("DATAFLOW", "BENCH:CUBE(1.0)"))
    write_csv(folder / "cube.csv", dimensions, values)
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


SDMX = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"


def write_sdmx_structure(path, dimensions):
    *series, time = dimensions
    with path.open("w", newline="\n", encoding="utf-8") as out:
        out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<m:Structure xmlns:m="{SDMX}/message" ')
        out.write(f'xmlns:s="{SDMX}/structure" xmlns:c="{SDMX}/common">\n')
        out.write(sdmx_header() + "</m:Header>\n<m:Structures>\n<s:Codelists>\n")
        for name in series:
            out.write(f'<s:Codelist id="CL_{name.upper()}" agencyID="BENCH" version="1.0"><c:Name>{name}</c:Name>')
            for code in dimensions[name]:
                out.write(f'<s:Code id="{code}"><c:Name>{name} {code}</c:Name></s:Code>')
            out.write("</s:Codelist>\n")
        out.write('</s:Codelists>\n<s:Concepts><s:ConceptScheme id="CS" agencyID="BENCH" version="1.0">')
        out.write("<c:Name>Concepts</c:Name>")
        concepts = [name.upper() for name in series] + ["TIME_PERIOD", "OBS_VALUE"]
        for concept in concepts:
            out.write(f'<s:Concept id="{concept}"><c:Name>{concept}</c:Name></s:Concept>')
        identity = lambda concept: (
            f'<s:ConceptIdentity><Ref maintainableParentID="CS" maintainableParentVersion="1.0" '
            f'agencyID="BENCH" id="{concept}"/></s:ConceptIdentity>'
        )
        out.write("</s:ConceptScheme></s:Concepts>\n<s:DataStructures>")
        out.write('<s:DataStructure id="CUBE" agencyID="BENCH" version="1.0"><c:Name>Employed</c:Name>')
        out.write('<s:DataStructureComponents><s:DimensionList id="DimensionDescriptor">')
        for at, name in enumerate(series, 1):
            out.write(f'<s:Dimension id="{name.upper()}" position="{at}">{identity(name.upper())}')
            out.write(f'<s:LocalRepresentation><s:Enumeration><Ref id="CL_{name.upper()}" agencyID="BENCH" ')
            out.write('version="1.0"/></s:Enumeration></s:LocalRepresentation></s:Dimension>')
        out.write(f'<s:TimeDimension id="TIME_PERIOD" position="{len(dimensions)}">{identity("TIME_PERIOD")}')
        out.write('<s:LocalRepresentation><s:TextFormat textType="ObservationalTimePeriod"/>')
        out.write("</s:LocalRepresentation></s:TimeDimension></s:DimensionList>")
        out.write('<s:MeasureList id="MeasureDescriptor"><s:PrimaryMeasure id="OBS_VALUE">')
        out.write(f'{identity("OBS_VALUE")}</s:PrimaryMeasure></s:MeasureList>')
        out.write("</s:DataStructureComponents></s:DataStructure></s:DataStructures>\n")
        out.write("</m:Structures>\n</m:Structure>\n")


def sdmx_header():
    return (
        '<m:Header><m:ID>BENCH</m:ID><m:Test>false</m:Test><m:Prepared>2024-11-24T00:00:00</m:Prepared>'
        '<m:Sender id="BENCH"/>'
    )


def write_sdmx_ml(path, dimensions, values):
    """Structure-specific data by series, as SDMX services give them; a missing cell has no observation."""
    *series, time = dimensions
    namespace = "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=BENCH:CUBE(1.0):ObsLevelDim:TIME_PERIOD"
    with path.open("w", newline="\n", encoding="utf-8") as out:
        out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<m:StructureSpecificData xmlns:m="{SDMX}/message" ')
        out.write(f'xmlns:d="{SDMX}/data/structurespecific" xmlns:c="{SDMX}/common" xmlns:n="{namespace}" ')
        out.write('xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n' + sdmx_header())
        out.write(f'<m:Structure structureID="CUBE" namespace="{namespace}" dimensionAtObservation="TIME_PERIOD">')
        out.write('<c:Structure><Ref agencyID="BENCH" id="CUBE" version="1.0"/></c:Structure></m:Structure>')
        out.write('</m:Header>\n<m:DataSet d:structureRef="CUBE" xsi:type="n:DataSetType" ')
        out.write('d:dataScope="DataStructure" d:action="Information">\n')
        for key, row in rows_by_series(dimensions, values):
            attributes = " ".join(f'{name.upper()}="{code}"' for name, code in zip(series, key))
            out.write(f"<Series {attributes}>\n")
            for quarter, value in zip(dimensions[time], row):
                if value is not None:
                    out.write(f'<Obs TIME_PERIOD="{quarter.replace("Q", "-Q")}" OBS_VALUE="{value}"/>\n')
            out.write("</Series>\n")
        out.write("</m:DataSet>\n</m:StructureSpecificData>\n")


def write_csv(path, dimensions, values, constant=None):
    """SDMX-CSV 1.0 with its first column, plain CSV without; a missing cell has no row."""
    *series, time = dimensions
    head, first = (f"{constant[0]},", f"{constant[1]},") if constant else ("", "")
    with path.open("w", newline="\n", encoding="utf-8") as out:
        out.write(f"{head}{','.join(name.upper() for name in series)},TIME_PERIOD,OBS_VALUE\n")
        for key, row in rows_by_series(dimensions, values):
            for quarter, value in zip(dimensions[time], row):
                if value is not None:
                    out.write(f"{first}{','.join(key)},{quarter.replace('Q', '-Q')},{value}\n")


def rows_by_series(dimensions, values):
    *series, time = dimensions
    width = len(dimensions[time])
    for at, key in enumerate(itertools.product(*(dimensions[name] for name in series))):
        yield key, values[at * width : (at + 1) * width]


if __name__ == "__main__":
    main()
