#!/usr/bin/env python3
"""Measures Ölshem against its peers on the scripts of this folder, and prints a table.

    ./run.py                                        # 10 million rows, CSV, five rounds
    ./run.py --rows 1000000 --format parquet --scripts shares joins --rounds 3
    ./run.py --contenders olshem "olshem --trust-input" duckdb

Needs Python 3.10 with venv, and the network the first time: data and the peers' environments are
made under --work where they are absent. Every contender runs as a process of its own, start to
end, on the same files; in each round all of them in turn, so that they share whatever else the
machine is doing. One that fails, or takes more time or memory than it is allowed, is shown as such.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

from environment import environment  # noqa: E402  (of all benchmarks)


# The persistent results of each script, and their identifiers.
SCRIPTS = {
    "shares": {"shares": "DEFINITION,TIME_PERIOD,REF_AREA"},
    "joins": {"trade": "TIME_PERIOD,REF_AREA,SECTION"},
    "windows": {"growth": "TIME_PERIOD,ACTIVITY"},
    "rollup": {
        "turnover_everywhere": "TIME_PERIOD,REF_AREA,ACTIVITY",
        "employed_everywhere": "TIME_PERIOD,REF_AREA,ACTIVITY",
    },
    "validation": {"faults": "UNIT,TIME_PERIOD,REF_AREA,ACTIVITY,ruleid"},
    "classification": {"by_section": "TIME_PERIOD,REF_AREA,ACTIVITY"},
}
# The five that the aims are set for. `classification` is asked for by name.
USUAL_SCRIPTS = ["shares", "joins", "windows", "rollup", "validation"]

CONTENDERS = ["olshem", "olshem --trust-input", "duckdb", "vtlengine 1.9.6", "vtlengine 2.0.0rc3"]


@dataclass
class Run:
    """What came of one process."""

    seconds: float
    processor_seconds: float
    peak_mib: float
    fault: str | None  # why there is no result


@dataclass
class Record:
    """What came of a contender on a script."""

    runs: list[Run] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)

    def fault(self):
        return next((run.fault for run in self.runs if run.fault), None)


def run_process(command, limits, log):
    """Runs a command to its end, or until it exceeds a limit; measures it and its children."""
    exceeded = None
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=log, stderr=log)
    done = threading.Event()

    def watch():
        nonlocal exceeded
        while not done.wait(0.2):
            if time.perf_counter() - start > limits.seconds:
                exceeded = f"more than {limits.seconds} s"
            elif resident_mib(process.pid) > limits.mib:
                exceeded = f"more than {limits.mib} MiB"
            if exceeded:
                process.kill()
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    fault = exceeded or (f"failed ({process.returncode})" if process.returncode else None)
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, fault)


def resident_mib(pid):
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def data_folder(work, args, python):
    """The folder with the inputs, made if it is absent."""
    order = "-shuffled" if args.shuffled else ""
    folder = work / "data" / f"{args.rows}-{args.format}{order}"
    if not (folder / "structures.json").exists():  # written last
        print(f"generating {folder}", file=sys.stderr)
        shuffled = ["--shuffled"] if args.shuffled else []
        command = [python, HERE / "generate.py", str(args.rows), folder, "--format", args.format, *shuffled]
        subprocess.run(command, check=True)
    return folder


def command_of(contender, script, data, out, args, work):
    """How a contender is told to run a script."""
    rest = [data, out, args.format]
    match contender.split():
        case ["olshem", *flags]:
            structures = data / "structures.json"
            files = ["--structures", structures, "--data", data, "--out", out, "--format", args.format]
            return [args.olshem, "vtl", "run", HERE / f"{script}.vtl", *files, *flags]
        case ["duckdb"]:
            return [tools(work), HERE / "duckdb_run.py", HERE / "sql" / f"{script}.sql", *rest, str(args.threads)]
        case ["vtlengine", version]:
            python = environment(work, f"vtlengine-{version}", f"vtlengine=={version}")
            return [python, HERE / "vtlengine_run.py", HERE / f"{script}.vtl", *rest, str(args.vtlengine_threads)]
    sys.exit(f"no contender `{contender}`; there are: {', '.join(CONTENDERS)}")


def tools(work):
    return environment(work, "tools", "-r", HERE / "requirements.txt")


def compare(work, script, reference, other):
    results = [f"{name}={identifiers}" for name, identifiers in SCRIPTS[script].items()]
    command = [tools(work), HERE / "compare.py", reference, other, *results]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def warm(data):
    """Reads the inputs once, so that no contender pays for the disk."""
    for path in data.iterdir():
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass


def measure(script, data, args, work):
    records = {contender: Record() for contender in args.contenders}
    folders = {contender: work / "out" / contender.replace(" ", "_") for contender in args.contenders}
    commands = {
        contender: command_of(contender, script, data, folders[contender], args, work)
        for contender in args.contenders
    }
    warm(data)
    for round in range(args.rounds):
        for contender, record in records.items():
            if record.fault():
                continue
            shutil.rmtree(folders[contender], ignore_errors=True)
            folders[contender].mkdir(parents=True)
            log_path = work / "logs" / f"{script}-{args.format}-{contender.replace(' ', '_')}.log"
            log_path.parent.mkdir(exist_ok=True)
            with log_path.open("w") as log:
                run = run_process(commands[contender], args, log)
            record.runs.append(run)
            print(f"{script} {args.format} round {round + 1}: {contender}: {run.seconds:.2f} s, "
                  f"{run.processor_seconds:.2f} s of processor, {run.peak_mib:.0f} MiB{f', {run.fault}: see {log_path}' if run.fault else ''}", file=sys.stderr)
    finished = [contender for contender, record in records.items() if not record.fault()]
    reference = "duckdb" if "duckdb" in finished else next(iter(finished), None)
    for contender in finished:
        if contender != reference:
            records[contender].differs = compare(work, script, folders[reference], folders[contender])
            for difference in records[contender].differs:
                print(f"{script}: {reference} and {contender} differ: {difference}", file=sys.stderr)
    return records


def ratio(record, other):
    """The median, over rounds, of how many times the other's time this one took."""
    if other is None or record.fault() or other.fault():
        return ""
    return f"{statistics.median(a.seconds / b.seconds for a, b in zip(record.runs, other.runs)):.2f}"


def table(script, format, records):
    for contender, record in records.items():
        seconds = sorted(run.seconds for run in record.runs)
        processor = f"{statistics.median(run.processor_seconds for run in record.runs):.2f} s"
        peak = f"{max(run.peak_mib for run in record.runs):.0f}"
        if record.fault():
            cells = [record.fault(), "", processor, peak, "", ""]
        else:
            cells = [
                f"{statistics.median(seconds):.2f} s",
                f"{seconds[0]:.2f}–{seconds[-1]:.2f}",
                processor,
                peak,
                ratio(record, records.get("olshem")),
                ratio(record, records.get("duckdb")),
            ]
        result = "differs" if record.differs else "" if record.fault() else "same"
        yield "| " + " | ".join([script, format, contender, *cells, result]) + " |"


HEADER = [
    "| script | format | contender | median | range | processor | peak MiB | × olshem | × duckdb | result |",
    "|---|---|---|---|---|---|---|---|---|---|",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--format", choices=["csv", "parquet"], default="csv")
    parser.add_argument("--shuffled", action="store_true", help="rows in random order")
    parser.add_argument("--scripts", nargs="+", choices=SCRIPTS, default=USUAL_SCRIPTS)
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS)
    parser.add_argument("--trust-input", action="store_true", help="run `olshem --trust-input` too")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2, help="of DuckDB (default 2)")
    parser.add_argument("--vtlengine-threads", type=int, default=1, help="its own default is 1, and so is this")
    parser.add_argument("--seconds", type=int, default=1800, help="the longest that a run may take")
    parser.add_argument("--mib", type=int, default=default_mib(), help="the most memory that a run may take")
    parser.add_argument("--olshem", type=Path, default=HERE.parents[1] / "target" / "release" / "olshem")
    parser.add_argument("--work", type=Path, default=Path("/tmp/vtlbench"), help="for data, environments, results")
    args = parser.parse_args()
    if args.contenders is None:
        args.contenders = [one for one in CONTENDERS if args.trust_input or one != "olshem --trust-input"]
    if "olshem" in args.contenders and not args.olshem.exists():
        sys.exit(f"no {args.olshem}: run `cargo build --release` first, or name the binary with --olshem")

    data = data_folder(args.work, args, tools(args.work))
    lines = []
    for script in args.scripts:
        lines += table(script, args.format, measure(script, data, args, args.work))
    print("\n".join(HEADER + lines))


def default_mib():
    """Four fifths of the machine's memory."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 4 // 5 // 2**20


if __name__ == "__main__":
    main()
