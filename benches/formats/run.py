#!/usr/bin/env python3
"""Measures how fast Ölshem reads statistical files against its peers, and prints a table.

    cargo build --release -p olshem-formats --example read
    ./run.py                                # 1.5 million cells, five rounds
    ./run.py --cells 100000 --formats px --rounds 3

Needs Python 3.10 with venv, and the network the first time: files and the peers' environments are made
under --work where they are absent. Every contender is a process of its own, start to end, on the same
file: it reads all of it into memory and counts the cells and those that have a value, which must be the
same for all. In each round all of them in turn, so that they share whatever else the machine is doing;
how many times faster is the median over the rounds.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

from environment import environment  # noqa: E402  (of all benchmarks)

ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Contender:
    """Who reads a format: a program of this folder and what it needs, or else Ölshem."""

    format: str
    name: str
    file: str
    script: str | None = None
    requirement: str | None = None


# To measure another format: a file of generate.py, and a row for each contender.
CONTENDERS = [
    Contender("sdmx-ml", "olshem", "cube.xml"),
    Contender("sdmx-ml", "pysdmx", "cube.xml", "pysdmx_read.py", "pysdmx[xml,data]==1.21.0"),
    Contender("sdmx-ml", "sdmx1", "cube.xml", "sdmx1_read.py", "sdmx1==2.28.0"),
    Contender("sdmx-csv", "olshem", "cube.sdmx.csv"),
    Contender("sdmx-csv", "olshem, plain CSV", "cube.csv"),
    Contender("sdmx-csv", "pysdmx", "cube.sdmx.csv", "pysdmx_read.py", "pysdmx[xml,data]==1.21.0"),
    Contender("px", "olshem", "cube.px"),
    Contender("px", "pyaxis", "cube.px", "pyaxis_read.py", "pyaxis==0.4.3"),
    Contender("jsonstat", "olshem", "cube.jsonstat"),
    Contender("jsonstat", "pyjstat", "cube.jsonstat", "pyjstat_read.py", "pyjstat==2.4.0"),
]


@dataclass
class Record:
    """What came of a contender."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak_mib: float = 0
    counts: set = field(default_factory=set)


def data_folder(work, cells):
    """The folder with the files, made if it is absent."""
    folder = work / "data" / str(cells)
    if not (folder / "cells").exists():  # written last
        print(f"generating {folder}", file=sys.stderr)
        subprocess.run([sys.executable, HERE / "generate.py", str(cells), folder], check=True)
    return folder


def run(command):
    """Runs a command to its end: seconds, those of the processor, peak MiB, what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} failed ({process.returncode})")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed


def counted(contender, printed):
    """The numbers of cells and of values that a contender has found."""
    if contender.script:
        cells, values = printed.split()
    else:
        *_, cells, _, values, _ = printed.split()
    return int(cells), int(values)


def measure(format, args):
    folder = data_folder(args.work, args.cells)
    contenders = [contender for contender in CONTENDERS if contender.format == format]
    for contender in contenders:
        (folder / contender.file).read_bytes()  # so that nobody pays for the disk
    records = {contender: Record() for contender in contenders}
    for round in range(args.rounds):
        for contender, record in records.items():
            file = folder / contender.file
            if contender.script:
                command = [environment(args.work, contender.requirement), HERE / contender.script, file]
            else:
                command = [args.olshem, file]
            seconds, processor, peak, printed = run(command)
            record.seconds.append(seconds)
            record.processor.append(processor)
            record.peak_mib = max(record.peak_mib, peak)
            record.counts.add(counted(contender, printed))
            print(f"{format} round {round + 1}: {contender.name}: {seconds:.3f} s, "
                  f"{processor:.3f} s of processor", file=sys.stderr)
    return folder, records


def table(format, folder, records):
    expected = records[next(iter(records))].counts
    ours = records[next(iter(records))]
    for contender, record in records.items():
        times = lambda theirs, own: statistics.median(a / b for a, b in zip(theirs, own))
        ratios = times(record.seconds, ours.seconds), times(record.processor, ours.processor)
        cells = [
            format,
            f"{(folder / contender.file).stat().st_size / 2**20:.1f}",
            contender.requirement or contender.name,
            f"{statistics.median(record.seconds):.3f} s",
            f"{min(record.seconds):.3f}–{max(record.seconds):.3f}",
            f"{statistics.median(record.processor):.3f} s",
            f"{record.peak_mib:.0f}",
            *(f"{ratio:.1f}" if record is not ours else "1" for ratio in ratios),
            "same" if record.counts == expected else f"differs: {record.counts}",
        ]
        yield "| " + " | ".join(cells) + " |"


HEADER = [
    "| format | MiB | contender | median | range | processor | peak MiB | × time | × processor | cells |",
    "|---|---|---|---|---|---|---|---|---|---|",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    formats = list(dict.fromkeys(contender.format for contender in CONTENDERS))
    parser.add_argument("--cells", type=int, default=1_500_000)
    parser.add_argument("--formats", nargs="+", choices=formats, default=formats)
    parser.add_argument("--rounds", type=int, default=5)
    binary = ROOT / "target" / "release" / "examples" / "read"
    parser.add_argument("--olshem", type=Path, default=binary, help="the program that reads a file and counts")
    parser.add_argument("--work", type=Path, default=Path("/tmp/formatsbench"), help="for files and environments")
    args = parser.parse_args()
    if not args.olshem.exists():
        sys.exit(f"no {args.olshem}: build it first, see --help, or name it with --olshem")
    lines = []
    for format in args.formats:
        lines += table(format, *measure(format, args))
    print("\n".join(HEADER + lines))


if __name__ == "__main__":
    main()
