"""The SDMX clients that statisticians use, against a running server: sdmx1 and pysdmx.

    cargo build -p olshem-cli
    python3 peers/clients.py target/debug/olshem accounts/kazakhstan VENV

Serves the account. Each client fetches the structure and the data of every indicator, sdmx1 from the API of
SDMX 2.1 in SDMX-ML, generic and structure-specific, and in the draft of SDMX-JSON 1.0, pysdmx from that of
3.0 in SDMX-ML and SDMX-CSV (it reads no data in SDMX-JSON, but structures). It must see what `olshem show` prints: the same observations with the same values, bounds and attributes, to
the last digit. VENV is made where it is not there, with what `requirements.txt` names.
"""

import collections
import io
import json
import logging
import math
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

from environment import in_venv

HERE = pathlib.Path(__file__).resolve()


# What the clients see: of each observation its components as texts, and numbers as numbers.


class Sdmx1:
    """API 1.5, in one of its formats."""

    def __init__(self, address, account, accept):
        import sdmx

        self.accept = accept
        source = {"id": account, "url": f"{address}sdmx/2.1", "name": account}
        sdmx.add_source(source, override=True)
        self.client = sdmx.Client(account)

    def dataflows(self):
        return list(self.client.dataflow().dataflow)

    def observations(self, dataflow):
        import sdmx

        structures = self.client.dataflow(dataflow, params={"references": "descendants"})
        structure = structures.dataflow[dataflow].structure
        # The client keeps a structure for reading only where it is given a key too.
        with tempfile.NamedTemporaryFile(suffix=".json" if "json" in self.accept else ".xml") as answer:
            self.client.data(dataflow, tofile=answer.name, headers={"Accept": self.accept})
            message = sdmx.read_sdmx(answer.name, structure=structure)
        for dataset in message.data:
            for observation in dataset.obs:
                seen = {k: str(v.value) for k, v in observation.key.values.items()}
                seen |= {k: str(v.value) for k, v in observation.attrib.items()}
                yield seen | {"OBS_VALUE": observation.value}


class Pysdmx:
    """API 2, in one of its formats."""

    def __init__(self, address, account, data, structure):
        from pysdmx.api.qb import ApiVersion, DataFormat, RestService, StructureFormat

        self.agency = account
        self.service = RestService(
            f"{address}sdmx/3.0",
            ApiVersion.V2_0_0,
            data_format=DataFormat[data],
            structure_format=StructureFormat[structure],
            timeout=60,
        )

    def dataflows(self):
        from pysdmx.api.qb import StructureQuery, StructureType
        from pysdmx.io import read_sdmx

        query = StructureQuery(StructureType.DATAFLOW, self.agency)
        message = read_sdmx(io.BytesIO(self.service.structure(query)))
        return [dataflow.id for dataflow in message.get_dataflows()]

    def observations(self, dataflow):
        from pysdmx.api.qb import DataContext, DataQuery, StructureQuery, StructureReference, StructureType
        from pysdmx.io import get_datasets

        query = StructureQuery(
            StructureType.DATAFLOW,
            self.agency,
            dataflow,
            references=StructureReference.DESCENDANTS,
        )
        structure = self.service.structure(query)
        query = DataQuery(DataContext.DATAFLOW, self.agency, dataflow, "1.0")
        data = self.service.data(query)
        for dataset in get_datasets(io.BytesIO(data), io.BytesIO(structure)):
            of_all = {k: str(v) for k, v in (dataset.attributes or {}).items()}
            for row in dataset.data.to_dict("records"):
                yield of_all | row


# What `olshem show` prints.


def shown(olshem, account, indicator):
    """The observations of an indicator, and the names of what is a number in them."""
    command = [olshem, "show", account, indicator, "--format", "json"]
    table = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    measure = table["measure"]
    numbers = [measure, f"{measure}_LOW", f"{measure}_HIGH"]
    dimensions = [dimension["id"] for dimension in table["dimensions"]]
    observations = []
    for row in table["rows"]:
        values = [row["value"], row["low"], row["high"]]
        one = dict(zip(dimensions, row["key"])) | row.get("attributes", {})
        observations.append(one | dict(zip(numbers, values)))
    return observations, numbers


def compared(observations, numbers):
    """The same whatever a client makes of numbers and of what is not there."""
    if "OBS_VALUE" not in numbers:
        # What SDMX-ML 2.1 calls the measure.
        numbers = [*numbers, "OBS_VALUE"]
    found = collections.Counter()
    for observation in observations:
        parts = {}
        for name, value in observation.items():
            if value is None or str(value) in ("", "nan", "NaN", "None", "<NA>"):
                continue
            name = "OBS_VALUE" if name == numbers[0] else name
            parts[name] = float(value) if name in numbers else str(value)
            assert not (isinstance(parts[name], float) and math.isnan(parts[name]))
        found[frozenset(parts.items())] += 1
    return found


def main(olshem, account):
    server = subprocess.Popen(
        [olshem, "serve", account, "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        return check(server.stdout.readline().strip(), olshem, account)
    finally:
        server.terminate()


def check(address, olshem, account):
    logging.disable(logging.CRITICAL)
    served = json.load(urllib.request.urlopen(f"{address}api/v1/account.json"))["id"]
    listed = json.load(urllib.request.urlopen(f"{address}api/v1/indicators.json"))
    expected = {one["id"]: shown(olshem, account, one["id"]) for one in listed}
    sdmx = "application/vnd.sdmx."
    clients = {
        "sdmx1, whatever comes": lambda: Sdmx1(address, served, "*/*"),
        "sdmx1, SDMX-ML 2.1": lambda: Sdmx1(address, served, f"{sdmx}structurespecificdata+xml;version=2.1"),
        "sdmx1, SDMX-JSON": lambda: Sdmx1(address, served, f"{sdmx}draft-sdmx-json+json;version=1.0.0"),
        "pysdmx, SDMX-ML 3.0": lambda: Pysdmx(address, served, "SDMX_ML_3_0", "SDMX_ML_3_0"),
        "pysdmx, SDMX-CSV 2.0": lambda: Pysdmx(address, served, "SDMX_CSV_2_0_0", "SDMX_ML_3_0"),
        "pysdmx, structures in SDMX-JSON 2.0": lambda: Pysdmx(
            address, served, "SDMX_CSV_2_0_0", "SDMX_JSON_2_0_0"
        ),
    }
    is_well = True
    for name, make in clients.items():
        client = make()
        dataflows = set(client.dataflows())
        if dataflows != set(expected):
            print(f"{name}: the dataflows are {sorted(dataflows)}")
        agree = observations = 0
        for indicator, (rows, numbers) in expected.items():
            try:
                found = compared(client.observations(indicator), numbers)
            except Exception as error:
                print(f"{name}: {indicator}: {type(error).__name__}: {str(error)[:200]}")
                continue
            wanted = compared(rows, numbers)
            if found == wanted:
                agree += 1
                observations += sum(found.values())
                continue
            ours, theirs = next(iter(wanted - found), ()), next(iter(found - wanted), ())
            print(f"{name}: {indicator}: {dict(theirs)} for {dict(ours)}")
        print(f"{name}: {agree} of {len(expected)} indicators agree, {observations} observations")
        is_well &= agree == len(expected) and dataflows == set(expected)
    return 0 if is_well else 1


if __name__ == "__main__":
    if sys.argv[-1] != "in-venv":
        in_venv(HERE, pathlib.Path(sys.argv[3]))
    else:
        sys.exit(main(sys.argv[1], sys.argv[2]))
