"""What pysdmx and sdmx1 write, read by us; SDMX-CSV as we write it, read by pysdmx, and SDMX-JSON, by sdmx1.

    cargo build -p olshem-formats --example convert
    python3 peers/exchange.py target/debug/examples/convert SAMPLES VENV

Every data message of SDMX-ML below SAMPLES that a peer reads is written by it in each format that it
knows; we must see in that what the peer has in memory. Then we write the sample as SDMX-CSV, in which
pysdmx must see what it sees in the sample, and as the draft of SDMX-JSON 1.0, which is the only SDMX-JSON
whose data sdmx1 reads (pysdmx reads none). VENV is made where it is not there.
"""

import collections
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

from environment import in_venv
from sdmx_ml import flat, seen

HERE = pathlib.Path(__file__).resolve()
WRITTEN_BY_PYSDMX = [
    "DATA_SDMX_CSV_1_0_0",
    "DATA_SDMX_CSV_2_0_0",
    "DATA_SDMX_ML_2_1_STR",
    "DATA_SDMX_ML_2_1_GEN",
    "DATA_SDMX_ML_3_0",
]


def write_by_pysdmx(sample, structures, format, out):
    import pysdmx.io
    from pysdmx.io.format import Format
    from pysdmx.model import Schema

    datasets = pysdmx.io.get_datasets(sample, structures)
    if format.endswith("GEN") and not all(isinstance(dataset.structure, Schema) for dataset in datasets):
        raise ValueError("it has no schema, which it needs to write generic data")
    pysdmx.io.write_sdmx(datasets, Format[format], out)


def write_by_sdmx1(sample, structures, _, out):
    import sdmx

    known = list(sdmx.read_sdmx(structures).structure.values())
    message = sdmx.read_sdmx(sample, structure=known[0])
    pathlib.Path(out).write_bytes(sdmx.to_xml(message))


def write(peer, *rest):
    try:
        globals()[f"write_by_{peer}"](*rest)
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {str(error)[:120]}")


def seen_by_us(convert, message, structures):
    """Our reading, as rows of plain CSV; a text where we refuse."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as out:
        done = subprocess.run([convert, message, "csv", out.name, structures], capture_output=True, text=True)
        if done.returncode:
            return done.stderr.strip()[:200]
        with open(out.name, newline="") as rows:
            return collections.Counter(tuple(flat(row)) for row in csv.DictReader(rows))


def compared(totals, what, name, here, there):
    for side in (here, there):
        if isinstance(side, str):
            totals[f"{what}: not read"] += 1
            print(f"{name}: {what}: {side}")
            return
    totals[f"{what}: {'the same' if here == there else 'another'}"] += 1
    if here != there:
        print(f"{name}: {what}: {next(iter(here - there), None)} for {next(iter(there - here), None)}")


def numbers(observations):
    """The same with values as the numbers that JSON has them as."""
    if isinstance(observations, str):
        return observations
    number = lambda k, v: (k, str(float(v)) if k == "OBS_VALUE" and v.replace(".", "").isdigit() else v)
    return collections.Counter(
        {tuple(number(*part) for part in one): count for one, count in observations.items()}
    )


def main(convert, samples):
    totals = collections.Counter()
    folder = pathlib.Path(tempfile.mkdtemp())
    for sample in sorted(samples.rglob("*.xml")):
        name = str(sample.relative_to(samples))
        ours = folder / f"{name.replace('/', '__')}.csv"
        beside = folder / f"{ours.name}.structure.xml"
        # The structures, in a version that both peers read.
        as_xml = folder / f"{ours.name}.xml"
        done = subprocess.run([convert, sample, "sdmx-ml-2.1", as_xml], capture_output=True)
        made = pathlib.Path(f"{as_xml}.structure.xml")
        if done.returncode or not made.exists():
            continue
        made.rename(beside)
        by_pysdmx = seen("pysdmx", sample, beside)
        for kind in ("sdmx-csv-1.0", "sdmx-csv"):
            if isinstance(by_pysdmx, str):
                continue
            if kind == "sdmx-csv-1.0" and b":Dataflow " not in beside.read_bytes():
                totals[f"our {kind}, by pysdmx: needs a dataflow, and the sample has none"] += 1
                continue
            done = subprocess.run([convert, sample, kind, ours], capture_output=True, text=True)
            if done.returncode:
                totals[f"{kind} not written by us"] += 1
                continue
            compared(totals, f"our {kind}, by pysdmx", name, seen("pysdmx", ours, beside), by_pysdmx)
        by_sdmx1 = seen("sdmx1", sample, beside)
        as_json = folder / f"{ours.name}.json"
        done = subprocess.run([convert, sample, "sdmx-json-draft", as_json], capture_output=True, text=True)
        if done.returncode:
            totals["sdmx-json-draft not written by us"] += 1
        elif not isinstance(by_sdmx1, str):
            here = numbers(seen("sdmx1", as_json, beside))
            compared(totals, "our sdmx-json-draft, by sdmx1", name, here, numbers(by_sdmx1))
        formats = [("pysdmx", format) for format in WRITTEN_BY_PYSDMX] + [("sdmx1", "SDMX-ML 2.1")]
        for peer, format in formats:
            there = by_pysdmx if peer == "pysdmx" else by_sdmx1
            if isinstance(there, str):
                continue
            message = folder / f"{ours.name}.{peer}.{'csv' if 'CSV' in format else 'xml'}"
            command = [sys.executable, HERE, "--write", peer, sample, beside, format, message]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                totals[f"{format} of {peer}: not written by it"] += 1
                continue
            compared(totals, f"{format} of {peer}, by us", name, seen_by_us(convert, message, beside), there)
    for total, count in sorted(totals.items()):
        print(f"{count:7} {total}")
    return 1 if any(total.endswith(("another", "not read")) for total in totals) else 0


if __name__ == "__main__":
    if sys.argv[1] == "--write":
        write(*sys.argv[2:])
    elif sys.argv[-1] != "in-venv":
        in_venv(HERE, pathlib.Path(sys.argv[3]))
    else:
        sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2])))
