"""Makes the register that the benchmark runs on: N rows, always the same for the same seed.

    python generate.py ROWS DIR --format csv|parquet [--shuffled] [--seed 7]

DIR receives structures.json, and for each dataset NAME.csv or NAME.parquet:

REGISTER    a row for each unit and year: region, activity, turnover, employment. One row in about
            two thousand breaks one of the rules of validation.vtl.
EXPORTS     what six units in ten sold abroad, by unit and year.
ACTIVITIES  the section of each of the 615 activities.
WEIGHTS     six definitions of a sector: which activities belong to it, and how much of each.

Every number is a function of the seed, the unit and the year, so rows are made in any order and
without keeping others: memory stays under 1 GB at 50 million rows. Rows come as a register is
exported, by unit and then by year; with --shuffled in random order.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

CHUNK = 1_000_000
YEARS = [str(year) for year in range(2016, 2026)]
REGIONS = [f"KZ{code}" for code in range(10, 30)]
SECTIONS = "ABCDEFGHIJKLMNOPQRSTU"
# 615 codes that look like ISIC's classes; a letter goes first, for a hierarchical ruleset names codes
# without quotes.
ACTIVITIES = [f"C{111 + 15 * i:04}" for i in range(615)]
ACTIVITY_SECTIONS = [SECTIONS[i * len(SECTIONS) // len(ACTIVITIES)] for i in range(len(ACTIVITIES))]
DEFINITIONS = [f"DEF{i}" for i in range(6)]


class Hash:
    """Random numbers that depend on nothing but the seed, a purpose and a key (splitmix64)."""

    def __init__(self, seed):
        self.seed = seed

    def bits(self, purpose, key):
        salt = (self.seed * 1_000_003 + purpose) * 0x9E3779B97F4A7C15 % 2**64
        x = key.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))

    def uniform(self, purpose, key):
        """In (0, 1)."""
        return ((self.bits(purpose, key) >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53

    def below(self, purpose, key, bound):
        return (self.uniform(purpose, key) * bound).astype(np.int64)

    def normal(self, purpose, key):
        radius = np.sqrt(-2 * np.log(self.uniform(purpose, key)))
        return radius * np.cos(2 * np.pi * self.uniform(purpose + 1, key))


def codes(codelist, indices):
    return pa.array(codelist).take(pa.array(indices))


def money(cents, known, as_decimal):
    """Amounts with two decimals: exact ones for CSV, which prints them so; doubles for Parquet."""
    if not as_decimal:
        return pa.array(cents / 100.0, mask=~known)
    words = np.stack([cents, cents >> 63], axis=1)  # 128 bits: the amount, then its sign
    validity = pa.array(known).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(cents), [validity, pa.py_buffer(words)])


class Register:
    def __init__(self, hash):
        self.hash = hash

    def columns(self, rows):
        """The units, the years, and cents of turnover of the rows with these numbers."""
        unit, year = rows // len(YEARS), rows % len(YEARS)
        size = 10.5 + 1.7 * self.hash.normal(10, unit)
        turnover = np.exp(size + 0.04 * year + 0.25 * self.hash.normal(20, rows))
        return unit, year, np.maximum(np.round(turnover * 100), 100).astype(np.int64)

    def register(self, rows, as_decimal):
        hash = self.hash
        unit, year, cents = self.columns(rows)
        per_head = 15_000 * np.exp(0.5 * hash.normal(30, rows))
        employed = np.ceil(cents / 100 / per_head).astype(np.int64)
        known = np.ones(len(rows), dtype=bool)
        # Faults, one row in ten thousand of each kind.
        fault = hash.below(40, rows, 10_000)
        cents[fault == 0] *= -1
        employed[fault == 1] *= -1
        employed[fault == 2] = 0
        cents[fault == 3] *= 10_000
        known[fault == 4] = False
        return pa.table({
            "UNIT": pa.array(unit + 1),
            "TIME_PERIOD": codes(YEARS, year),
            "REF_AREA": codes(REGIONS, hash.below(50, unit, len(REGIONS))),
            "ACTIVITY": codes(ACTIVITIES, hash.below(60, unit, len(ACTIVITIES))),
            "TURNOVER": money(cents, known, as_decimal),
            "EMPLOYED": pa.array(employed),
        })

    def exports(self, rows, as_decimal):
        rows = rows[self.hash.uniform(70, rows // len(YEARS)) < 0.6]
        unit, year, cents = self.columns(rows)
        sold_abroad = (cents * self.hash.uniform(80, rows)).astype(np.int64)
        return pa.table({
            "UNIT": pa.array(unit + 1),
            "TIME_PERIOD": codes(YEARS, year),
            "VALUE": money(sold_abroad, np.ones(len(rows), dtype=bool), as_decimal),
        })


def activities():
    return pa.table({"ACTIVITY": ACTIVITIES, "SECTION_CODE": ACTIVITY_SECTIONS})


def weights(hash):
    keys = np.arange(len(DEFINITIONS) * len(ACTIVITIES))
    keys = keys[hash.uniform(90, keys) < 0.3]
    return pa.table({
        "DEFINITION": codes(DEFINITIONS, keys // len(ACTIVITIES)),
        "ACTIVITY": codes(ACTIVITIES, keys % len(ACTIVITIES)),
        "WEIGHT": pa.array((1 + hash.below(91, keys, 100)) / 100.0),
    })


STRUCTURES = {
    "REGISTER": [
        ("UNIT", "Identifier", "Integer"),
        ("TIME_PERIOD", "Identifier", "Time_Period"),
        ("REF_AREA", "Identifier", "String"),
        ("ACTIVITY", "Identifier", "String"),
        ("TURNOVER", "Measure", "Number"),
        ("EMPLOYED", "Measure", "Integer"),
    ],
    "EXPORTS": [
        ("UNIT", "Identifier", "Integer"),
        ("TIME_PERIOD", "Identifier", "Time_Period"),
        ("VALUE", "Measure", "Number"),
    ],
    "ACTIVITIES": [
        ("ACTIVITY", "Identifier", "String"),
        ("SECTION_CODE", "Measure", "String"),
    ],
    "WEIGHTS": [
        ("DEFINITION", "Identifier", "String"),
        ("ACTIVITY", "Identifier", "String"),
        ("WEIGHT", "Measure", "Number"),
    ],
}


def structures():
    """In the JSON of VTL's technical notes."""

    def component(name, role, data_type):
        nullable = role == "Measure" and name != "SECTION_CODE"
        return {"name": name, "role": role, "data_type": data_type, "nullable": nullable}

    return {
        "datasets": [{"name": name, "structure": name} for name in STRUCTURES],
        "structures": [
            {"name": name, "components": [component(*one) for one in components]}
            for name, components in STRUCTURES.items()
        ],
    }


def write(path, tables):
    """Writes tables one after another, so that no more than one is in memory."""
    writer = None
    for table in tables:
        if writer is None and path.suffix == ".csv":
            options = pyarrow.csv.WriteOptions(quoting_style="none", quoting_header="none")
            writer = pyarrow.csv.CSVWriter(path, table.schema, write_options=options)
        elif writer is None:
            writer = pyarrow.parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()


def in_order(count, shuffled, hash, purpose):
    """The numbers of the rows, a chunk at a time."""
    order = None
    if shuffled:
        order = np.random.default_rng([hash.seed, purpose]).permutation(np.arange(count, dtype=np.int32))
    for start in range(0, count, CHUNK):
        end = min(start + CHUNK, count)
        yield np.arange(start, end) if order is None else order[start:end].astype(np.int64)


def generate(count, folder, extension, shuffled, seed):
    folder.mkdir(parents=True, exist_ok=True)
    hash = Hash(seed)
    register = Register(hash)
    exact = extension == "csv"
    write(folder / f"REGISTER.{extension}",
          (register.register(rows, exact) for rows in in_order(count, shuffled, hash, 1)))
    write(folder / f"EXPORTS.{extension}",
          (register.exports(rows, exact) for rows in in_order(count, shuffled, hash, 2)))
    write(folder / f"ACTIVITIES.{extension}", [activities()])
    write(folder / f"WEIGHTS.{extension}", [weights(hash)])
    (folder / "structures.json").write_text(json.dumps(structures(), indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--format", choices=["csv", "parquet"], default="csv")
    parser.add_argument("--shuffled", action="store_true", help="rows in random order")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    generate(args.rows, args.folder, args.format, args.shuffled, args.seed)


if __name__ == "__main__":
    main()
