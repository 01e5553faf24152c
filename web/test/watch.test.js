// An account that is edited while it is served: what was before stays, with the error above every page, until it is mended.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { open, settled, visit } from "./browser.js";
import { account, serve } from "./site.js";

const folder = mkdtempSync(join(tmpdir(), "olshem-watched-"));
const copy = join(folder, "account");
const claims = join(copy, "claims.toml");
let browser;
let served;

before(async () => {
  // Releases are never read while it is served, and are many.
  cpSync(account(), copy, { recursive: true, filter: (path) => !path.endsWith("/releases") });
  [browser, served] = await Promise.all([open(), serve(copy, "--watch")]);
});
after(async () => {
  await browser?.close();
  served?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Until the server says so. */
async function until(what, isSo) {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await fetch(`${served.address}api/v1/status.json`).catch(() => undefined);
    if (answer?.ok && isSo((await answer.json()).faults)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what} never came`);
}

const languages = ["en", "ru", "kk"];
/** What each page says of faults, and what it is about. */
async function banners(looked = [""]) {
  const { page, complaints, close } = await visit(browser, { viewport: { width: 390, height: 844 } });
  const told = [];
  for (const language of languages) {
    for (const path of looked) {
      await page.goto(`${served.address}${language}/${path}`);
      await settled(page);
      const banner = page.locator('[role="alert"]');
      assert.ok((await page.textContent("h1")).length > 0);
      told.push((await banner.count()) ? [language, await banner.textContent()] : undefined);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.equal(wide, 0, `${language}/${path} is wider than the screen`);
    }
  }
  assert.deepEqual(complaints, []);
  await close();
  return told;
}

test("a broken edit is told on every page with its file and line, and is gone when it is mended", async () => {
  assert.deepEqual([...new Set(await banners())], [undefined]);
  const well = readFileSync(claims, "utf8");
  const line = well.split("\n").findIndex((text) => /^said\s*=/.test(text)) + 1;
  assert.ok(line > 0);

  // A quotation mark is forgotten.
  writeFileSync(claims, well.replace(/^(said\s*=\s*"[^"]*)"/m, "$1"));
  await until("the fault", (faults) => faults.length > 0);
  const told = await banners(["", "map/", "definitions/"]);
  const texts = new Set();
  for (const banner of told) {
    assert.ok(banner, "a page without the error");
    const [, text] = banner;
    assert.match(text, new RegExp(`claims\\.toml:${line}`));
    assert.ok(!text.includes(folder), "a path of the machine");
    texts.add(text);
  }
  assert.equal(texts.size, languages.length, "the error is told in each language");

  writeFileSync(claims, well);
  await until("the mended account", (faults) => faults.length === 0);
  assert.deepEqual([...new Set(await banners())], [undefined]);
});
