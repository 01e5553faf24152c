"""Runs the SQL of a script on DuckDB and writes the views that it defines."""

import json
import sys
from pathlib import Path

import duckdb

script, data, out, format, threads = sys.argv[1:]
SQL_TYPES = {"Integer": "BIGINT", "Number": "DOUBLE", "String": "VARCHAR", "Time_Period": "VARCHAR"}

connection = duckdb.connect()
connection.execute(f"SET threads = {threads}")
for structure in json.loads((Path(data) / "structures.json").read_text())["structures"]:
    name = structure["name"]
    path = Path(data) / f"{name}.{format}"
    if format == "csv":
        types = {one["name"]: SQL_TYPES[one["data_type"]] for one in structure["components"]}
        source = f"read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', columns = {types})"
    else:
        source = f"read_parquet('{path}')"
    connection.execute(f"CREATE VIEW {name} AS FROM {source}")
given = {name for (name,) in connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
connection.execute(Path(script).read_text())
for (name,) in connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
    if name not in given:
        connection.execute(f"COPY (FROM {name}) TO '{Path(out) / name}.{format}'")
