"""Compares the results in two folders: the same rows, and numbers equal to one part in 10^9.

    python compare.py FOLDER OTHER NAME=IDENTIFIER,IDENTIFIER…  …

Prints how they differ, a line for each difference; nothing if they agree.
"""

import sys
from pathlib import Path

import duckdb

TOLERANCE = 1e-9


def load(connection, table, folder, name):
    """A result with every column as text; periods of a year as the year (some write 2016A, 2016-A1)."""
    paths = [path for path in Path(folder).iterdir() if path.stem == name and path.suffix in (".csv", ".parquet")]
    if not paths:
        return None
    (path,) = paths
    source = f"read_csv('{path}', all_varchar = true)" if path.suffix == ".csv" else f"read_parquet('{path}')"
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT COLUMNS(*)::VARCHAR FROM {source}")
    connection.execute(f"UPDATE {table} SET TIME_PERIOD = regexp_replace(TIME_PERIOD, '-?A1?$', '')")
    return {column for (column, *_) in connection.execute(f"DESCRIBE {table}").fetchall()}


def differences(ours, theirs, name, identifiers):
    connection = duckdb.connect()
    columns = load(connection, "a", ours, name)
    others = load(connection, "b", theirs, name)
    if columns is None or others is None:
        yield f"{name}: missing"
        return
    if columns != others:
        yield f"{name}: columns {sorted(columns)} and {sorted(others)}"
    keys = ", ".join(f'"{one}"' for one in identifiers)
    for table in "ab":
        rows, distinct = connection.execute(
            f"SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT {keys} FROM {table})) FROM {table}").fetchone()
        if rows != distinct:
            yield f"{name}: {rows - distinct} rows with the identifiers of another"
    for one, other in ("ab", "ba"):
        (alone,) = connection.execute(f"SELECT count(*) FROM {one} ANTI JOIN {other} USING ({keys})").fetchone()
        if alone:
            yield f"{name}: {alone} rows only in {'the first' if one == 'a' else 'the second'}"
    for column in sorted((columns & others) - set(identifiers)):
        x, y = f'a."{column}"', f'b."{column}"'
        number_x, number_y = f"try_cast({x} AS DOUBLE)", f"try_cast({y} AS DOUBLE)"
        close = f"abs({number_x} - {number_y}) <= {TOLERANCE} * greatest(abs({number_x}), abs({number_y}))"
        count, example = connection.execute(
            f"SELECT count(*), any_value([{x}, {y}]) FROM a JOIN b USING ({keys}) "
            f"WHERE {x} IS DISTINCT FROM {y} AND NOT coalesce({close}, false)").fetchone()
        if count:
            yield f"{name}: {column} differs in {count} rows, as {example[0]} and {example[1]}"


def main():
    ours, theirs, *results = sys.argv[1:]
    for result in results:
        name, identifiers = result.split("=")
        for difference in differences(ours, theirs, name, identifiers.split(",")):
            print(difference)


if __name__ == "__main__":
    main()
