// All tests of the pages in one run: of the account served by the built command, of the same account published as
// files and served by a plain file server under a path of its host, and of one that is edited while it is served.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bounded } from "./bounded.js";
import { needed } from "./browser.js";
import { fileServer } from "./files.js";
import { account, command, serve } from "./site.js";

const web = fileURLToPath(new URL("..", import.meta.url));
const path = (name) => join("test", `${name}.test.js`);

/** Runs a process to its end; whether all went well. */
const run = (program, args, env = {}) =>
  new Promise((resolve) => {
    const child = spawn(program, args, { cwd: web, stdio: "inherit", env: { ...process.env, ...env } });
    child.on("exit", (code) => resolve(code === 0));
    child.on("error", () => resolve(false));
  });

const testing = (address, ...names) =>
  run(process.execPath, ["--test", "--test-concurrency=1", ...names.map(path)], { OLSHEM_SITE: address });

async function all() {
  needed();
  if (process.env.OLSHEM_SITE)
    return [["the site named", await testing(process.env.OLSHEM_SITE, "pages", "tasks", "words")]];
  const folder = mkdtempSync(join(tmpdir(), "olshem-pages-"));
  const publish = (of, name) => run(command(), ["publish", of, "--out", join(folder, "under", name)]);
  const published = publish(account(), "a-path");
  try {
    const done = [];
    const served = await serve(account());
    done.push(["served", await testing(served.address, "pages", "tasks", "words")]);
    served.end();
    done.push(["edited while it is served", await testing("", "watch")]);
    if (!(await published)) return [...done, ["published", false]];
    const files = await fileServer(folder);
    done.push(["published", await testing(`${files.address}under/a-path/`, "pages", "tasks")]);
    const copy = bounded(account(), folder);
    const borders = `${files.address}under/with-borders/`;
    if (copy)
      done.push([
        "published with boundaries",
        (await publish(copy, "with-borders")) && (await testing(borders, "borders")),
      ]);
    files.end();
    return done;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const done = await all();
  for (const [what, well] of done) console.log(`${well ? "passed" : "FAILED"}: ${what}`);
  process.exitCode = done.every(([, well]) => well) ? 0 : 1;
} catch (fault) {
  console.error(fault.message);
  process.exitCode = 1;
}
