#!/usr/bin/env python3
"""Measures the server of the observatory under load, beside Datasette, and prints tables.

    cargo build --release -p olshem-cli
    ./run.py                                 # about eight minutes
    ./run.py --parts memory --minutes 10

Needs `oha` (cargo install oha) for the load, Python 3.10 with venv, and the network the first time: the
environment of Datasette is made under --work where it is absent. The load comes from a process of its
own on the same machine. At a constant rate, the time of a request counts from when it was due, not from
when it could be sent, so that a server that stops for a moment can't hide it.
"""

import argparse
import contextlib
import csv
import io
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

from environment import environment  # noqa: E402  (of all benchmarks)

ROOT = HERE.parents[1]
DATASETTE = "datasette==0.65.5"
# It asks for pkg_resources, which setuptools has no more.
PKG_RESOURCES = "setuptools<81"
# The indicator of the bundled account with the most observations.
INDICATOR = "region_share"
SDMX = "sdmx/3.0/data/dataflow/*/employed/~/*.*.F?format="


# The servers.


@contextlib.contextmanager
def server(command, port, ready):
    """A server on a port, from its first answer to the end of the block."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}/"
        for _ in range(600):
            if process.poll() is not None:
                sys.exit(f"{command} ended with {process.returncode}")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(address + ready).read()
                break
            time.sleep(0.1)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait()


def olshem(args, account):
    port = free_port()
    return server([args.olshem, "serve", account, "--listen", f"127.0.0.1:{port}"], port, "healthz")


def datasette(args, database):
    """Datasette with the limits on rows lifted, so that it gives the whole table at once."""
    port = free_port()
    program = environment(args.work, DATASETTE, DATASETTE, PKG_RESOURCES).with_name("datasette")
    limits = ["--setting", "max_returned_rows", "20000", "--setting", "default_page_size", "20000"]
    return server([program, "serve", "--immutable", database, "--port", str(port), *limits], port, "-/versions.json")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# The load.


def load(address, seconds, rate=None, connections=16, addresses=None):
    """What `oha` says of a load: requests a second, time at percentiles, answers by status."""
    how = ["--no-tui", "--output-format", "json", "-z", f"{seconds}s", "-c", str(connections)]
    if rate:
        how += ["-q", str(rate), "--latency-correction"]
    target = [address] if addresses is None else ["--urls-from-file", addresses]
    told = subprocess.run(["oha", *how, "-H", "accept-encoding: gzip", *target], check=True, capture_output=True)
    return json.loads(told.stdout)


def row(name, told):
    answers = told["statusCodeDistribution"]
    # What the end of the measurement has cut off is no answer.
    faults = {what: n for what, n in told["errorDistribution"].items() if "deadline" not in what}
    time = lambda share: f"{told['latencyPercentiles'][share] * 1000:.2f}"
    return [
        name,
        f"{told['summary']['requestsPerSec']:.0f}",
        time("p50"),
        time("p99"),
        time("p99.9"),
        f"{told['summary']['slowest'] * 1000:.1f}",
        ", ".join(f"{n} × {status}" for status, n in sorted(answers.items())) + (f", {faults}" if faults else ""),
    ]


LOAD = ["what", "requests a second", "p50 ms", "p99 ms", "p99.9 ms", "slowest ms", "answers"]


def table(header, rows):
    print("\n".join("| " + " | ".join(cells) + " |" for cells in [header, ["---"] * len(header), *rows]) + "\n")


# What is measured.


def latency(args):
    """Pages and data at 500 requests a second; again while slow clients hold connections."""
    rows = []
    with olshem(args, args.account) as (address, _):
        for name, path in [("front page", "en/"), ("data of an indicator", f"api/v1/indicators/{INDICATOR}.json")]:
            rows.append(row(f"{name}, 500 a second", load(address + path, args.seconds, rate=500)))
        with slow_clients(address, 200):
            rows.append(row("front page, beside 200 slow clients", load(address + "en/", args.seconds, rate=500)))
    table(LOAD, rows)


@contextlib.contextmanager
def slow_clients(address, count):
    """Half send a byte of their request each second, half ask for much and don't read."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    ended = threading.Event()
    clients = []
    for number in range(count):
        client = socket.create_connection((host, int(port)))
        if number % 2:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            asked = f"GET /api/v1/indicators/{INDICATOR}.json HTTP/1.1\r\nHost: {host}\r\n\r\n"
            client.sendall(asked.encode() * 20)
        clients.append(client)

    def drip():
        request = b"GET /en/ HTTP/1.1\r\nHost: "
        at = 0
        while not ended.wait(1):
            for client in clients[::2]:
                with contextlib.suppress(OSError):  # the server ends those that take too long
                    client.send(request[at % len(request) :][:1])
            at += 1

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        yield
    finally:
        ended.set()
        dripping.join()
        for client in clients:
            client.close()


def sdmx(args):
    """A query of 10,000 observations in each format, ten a second."""
    account = args.work / "large"
    shutil.rmtree(account, ignore_errors=True)
    subprocess.run([sys.executable, HERE / "account.py", args.olshem, account], check=True)
    rows = []
    with olshem(args, account) as (address, _):
        found = urllib.request.urlopen(f"{address}{SDMX}csv").read().count(b"\n") - 1
        for format in ["csv", "json", "xml"]:
            name = f"SDMX 3.0 {format}, {found:,} observations, 10 a second"
            rows.append(row(name, load(f"{address}{SDMX}{format}", args.seconds, rate=10, connections=2)))
    table(LOAD, rows)


def peer(args):
    """As many requests as each can answer: all of a table, and the rows of one region."""
    rows = []
    database = database_of(args)
    one = "KZ71"
    theirs = f"bench/{INDICATOR}.json?_shape=array&_size=max"
    contents = {
        "whole table": (f"api/v1/indicators/{INDICATOR}.json", theirs),
        "rows of one region": (
            f"sdmx/3.0/data/dataflow/*/{INDICATOR}/~/*?c%5BREF_AREA%5D={one}&format=json",
            f"{theirs}&REF_AREA={one}",
        ),
    }
    with olshem(args, args.account) as (ours, _), datasette(args, database) as (other, _):
        for name, paths in contents.items():
            rates = {"olshem": [], DATASETTE: []}
            for _ in range(args.rounds):
                for contender, address in [("olshem", ours + paths[0]), (DATASETTE, other + paths[1])]:
                    told = load(address, 10, connections=8)
                    if set(told["statusCodeDistribution"]) != {"200"}:
                        sys.exit(f"{address}: {told['statusCodeDistribution']}")
                    rates[contender].append(told["summary"]["requestsPerSec"])
            ratio = statistics.median(a / b for a, b in zip(rates["olshem"], rates[DATASETTE]))
            for contender, found in rates.items():
                times = f"{ratio:.0f}" if contender == "olshem" else "1"
                spread = f"{min(found):.0f}–{max(found):.0f}"
                rows.append([name, contender, f"{statistics.median(found):.0f}", spread, times])
    table(["what", "server", "requests a second", "range", "× datasette"], rows)


def database_of(args):
    """The indicator's observations as a table of SQLite, with an index on its regions."""
    path = args.work / "bench.db"
    path.unlink(missing_ok=True)
    command = [args.olshem, "show", args.account, INDICATOR, "--format", "csv"]
    head, *rows = csv.reader(io.StringIO(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(f"create table {INDICATOR} ({', '.join(head)})")
        database.executemany(f"insert into {INDICATOR} values ({', '.join('?' * len(head))})", rows)
        database.execute(f"create index by_region on {INDICATOR} (REF_AREA)")
    return path


def memory(args):
    """Resident memory of the server while every kind of address is asked for, 500 a second."""
    addresses = args.work / "addresses"
    resident = []
    with olshem(args, args.account) as (address, pid):
        pages = ["en/", "ru/claims/", "kk/map/", f"en/indicators/{INDICATOR}/", "ru/definitions/"]
        documents = [f"api/v1/indicators/{INDICATOR}.json", f"data/{INDICATOR}.parquet", "api/v1/search/ru.json"]
        queries = [f"sdmx/2.1/data/{INDICATOR}/all?lastNObservations=1", "sdmx/3.0/structure/codelist/*/*/*"]
        # Queries are a hundredth of all: a kind of address is drawn anew for each request.
        lines = (pages + documents) * 25 + queries
        addresses.write_text("\n".join(address + path for path in lines) + "\n")
        ended = threading.Event()

        def watch():
            while not ended.wait(5):
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                resident.append(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)

        watching = threading.Thread(target=watch)
        watching.start()
        told = load(None, args.minutes * 60, rate=500, addresses=addresses)
        ended.set()
        watching.join()
    table(LOAD, [row(f"all kinds, {args.minutes} minutes", told)])
    tenth = max(1, len(resident) // 10)
    tenths = [resident[at : at + tenth] for at in range(0, tenth * 10, tenth)]
    table(
        ["tenth of the time", *(str(at) for at in range(1, 11))],
        [["resident MiB, at most", *(f"{max(part):.0f}" if part else "" for part in tenths)]],
    )


PARTS = {"latency": latency, "sdmx": sdmx, "peer": peer, "memory": memory}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=["latency", "sdmx", "peer"])
    parser.add_argument("--seconds", type=int, default=60, help="of each constant load (default 60)")
    parser.add_argument("--rounds", type=int, default=3, help="beside Datasette (default 3)")
    parser.add_argument("--minutes", type=int, default=10, help="of the memory run (default 10)")
    parser.add_argument("--olshem", type=Path, default=ROOT / "target" / "release" / "olshem")
    parser.add_argument("--account", type=Path, default=ROOT / "accounts" / "kazakhstan")
    parser.add_argument("--work", type=Path, default=Path("/tmp/observatorybench"), help="for what is made")
    args = parser.parse_args()
    if not args.olshem.exists():
        sys.exit(f"no {args.olshem}: build it first, see --help, or name it with --olshem")
    if not shutil.which("oha"):
        sys.exit("missing: oha, which makes the load. To install it: cargo install oha")
    args.work.mkdir(parents=True, exist_ok=True)
    for part in args.parts:
        PARTS[part](args)


if __name__ == "__main__":
    main()
