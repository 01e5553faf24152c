"""Runs a script on vtlengine, as its documentation advises for large data: on DuckDB, to a folder."""

import os
import sys
from pathlib import Path

import vtlengine

script, data, out, format, threads = sys.argv[1:]
os.environ["VTL_THREADS"] = threads
text = Path(script).read_text()
structures = Path(data) / "structures.json"
inputs = {path.stem: path for path in Path(data).glob(f"*.{format}") if path.stem in text}
# Version 2 has no other backend than DuckDB, and no such argument.
backend = {} if vtlengine.__version__.startswith("2.") else {"use_duckdb": True}
vtlengine.run(
    script=Path(script),
    data_structures=structures,
    datapoints=inputs,
    output_folder=Path(out),
    output_format=format,
    **backend,
)
