// The site that the tests read: the one that OLSHEM_SITE names, or else the account served by the built command.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** Its address, and how to end it. */
export async function site() {
  if (process.env.OLSHEM_SITE) return { address: process.env.OLSHEM_SITE, end: () => {} };
  return serve(account());
}

export const account = () => process.env.OLSHEM_ACCOUNT ?? `${project}/accounts/kazakhstan`;

/** The command that was built last. */
export function command() {
  const target = process.env.CARGO_TARGET_DIR ?? `${project}/target`;
  const built = ["release", "quick", "debug"].map((profile) => `${target}/${profile}/olshem`);
  const found = process.env.OLSHEM ?? built.find((path) => existsSync(path));
  if (!found)
    throw new Error("missing: the olshem command; `make run` builds it. Or name a site in OLSHEM_SITE");
  return found;
}

/** Serves an account. */
export async function serve(folder, ...options) {
  const port = await freePort();
  const server = spawn(command(), ["serve", folder, "--listen", `127.0.0.1:${port}`, ...options], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  // Its log is told only where it ends before its time.
  let log = "";
  server.stderr.on("data", (text) => {
    log = (log + text).slice(-2000);
  });
  process.on("exit", () => server.kill());
  const address = `http://127.0.0.1:${port}/`;
  for (let tries = 0; tries < 1200; tries++) {
    if (server.exitCode !== null) throw new Error(`olshem serve ended with ${server.exitCode}: ${log}`);
    const answer = await fetch(`${address}en/`).catch(() => undefined);
    if (answer?.ok) return { address, end: () => server.kill() };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill();
  throw new Error("olshem serve did not answer within two minutes");
}

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
