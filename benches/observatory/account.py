#!/usr/bin/env python3
"""Makes an account whose indicator `employed` has 20,000 observations, half of them for women.

    ./account.py OLSHEM FOLDER

It is what `olshem new` makes, with a source, a method and an indicator more; the same bytes every time.
Accounts of a country rarely have an indicator as large: it is for measuring the server.
"""

import hashlib
import random
import subprocess
import sys
from pathlib import Path

SOURCE = """title = {{ en = "Employed by activity (INVENTED EXAMPLE)" }}
publisher = "Ölshem, as an example"
address = "https://example.org/"
licence = "CC0"
retrieved = "2026-01"
file = "employed.csv"
sha256 = "{checksum}"

[read]
format = "csv"

[[dataset]]
name = "EMPLOYED"

[dataset.components]
REF_AREA    = {{ role = "identifier", value = "XA", codelist = "regions" }}
TIME_PERIOD = {{ role = "identifier", type = "time_period", column = "quarter" }}
CLASS       = {{ role = "identifier", column = "class" }}
SEX         = {{ role = "identifier", column = "sex" }}
OBS_VALUE   = {{ role = "measure", type = "number", column = "persons" }}
"""

INDICATOR = """
[[indicator]]
id = "employed"
topic = "growth"
title = { en = "Employed by class of activity and sex" }
unit = { en = "persons" }
decimals = 0
chart = "line"
note = { en = "Invented figures." }
"""


def main():
    olshem, folder = sys.argv[1], Path(sys.argv[2])
    subprocess.run([olshem, "new", folder], check=True, stdout=subprocess.DEVNULL)
    rng = random.Random(20241124)
    rows = ["quarter,class,sex,persons"]
    for year in range(2000, 2025):
        for quarter in range(1, 5):
            for number in range(100):
                for sex in "FM":
                    rows.append(f"{year}-Q{quarter},C{number:03},{sex},{rng.randrange(100, 100_000)}")
    data = ("\n".join(rows) + "\n").encode()
    source = folder / "sources" / "employed"
    source.mkdir()
    (source / "employed.csv").write_bytes(data)
    (source / "source.toml").write_text(SOURCE.format(checksum=hashlib.sha256(data).hexdigest()))
    (folder / "methods" / "employed.vtl").write_text("employed <- EMPLOYED;\n")
    with (folder / "indicators.toml").open("a") as out:
        out.write(INDICATOR)


if __name__ == "__main__":
    main()
