// Every kind of page, in three languages, on a phone and on a desk, light and dark: nothing amiss for axe, the
// browser's console or the policy, nothing wider than the screen, nothing asked of others, and readable without a script.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { open, settled, visit } from "./browser.js";
import { site } from "./site.js";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const { address, end } = await site();
const at = (path) => new URL(path, address).href;
const read = async (path) => (await fetch(at(`api/v1/${path}.json`))).json();
const written = (code) =>
  code.replace(/[^A-Za-z0-9_-]/g, (letter) => `~${letter.charCodeAt(0).toString(16).toUpperCase()}`);

let browser;
before(async () => {
  browser = await open();
});
after(async () => {
  await browser?.close();
  end();
});

const [account, claims, indicators, targets, regions, industries, sources] = await Promise.all(
  ["account", "claims", "indicators", "targets", "regions", "industries", "sources"].map(read),
);
const definition = account.default_definition;
const kinds = [
  "",
  "claims/",
  `claims/${claims.find((claim) => Object.keys(claim.under).length > 1)?.id}/`,
  `claims/${claims.find((claim) => claim.outcome === "holds")?.id}/`,
  `claims/${claims.find((claim) => claim.outcome === "no-data")?.id}/`,
  "indicators/",
  `indicators/${account.headline?.indicator}/`,
  `indicators/${indicators.find((each) => each.chart === "map")?.id}/`,
  `indicators/${indicators.find((each) => each.chart === "bar")?.id}/`,
  `indicators/${indicators.find((each) => each.observations === 1)?.id}/`,
  `embed/${account.headline?.indicator}/`,
  "map/",
  "regions/",
  `regions/${written(regions.at(-1)?.code)}/?with=${regions.at(1)?.code}`,
  "industries/",
  `industries/${written(industries[0]?.code)}/`,
  "definitions/",
  `definitions/${definition}/`,
  "compare/",
  "targets/",
  ...targets.slice(0, 3).map((target) => `targets/${target.id}/`),
  "proposals/",
  "sources/",
  `sources/${sources[0]?.id}/`,
  "releases/",
  "search/?q=film",
].filter((path) => !path.includes("undefined"));

const looks = [
  { language: "en", name: "desk", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { language: "ru", name: "phone", viewport: { width: 320, height: 640 }, colorScheme: "light" },
  { language: "kk", name: "dark phone", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
];

// Files are the same pages, and were looked at in each way when they were served: each once is enough.
const isStatic = (await read("status")).mode === "static";

describe("every kind of page", { concurrency: 3 }, () => {
  for (const [turn, { language, name, ...look }] of looks.entries()) {
    for (const [place, kind] of kinds.entries()) {
      if (isStatic && place % looks.length !== turn) continue;
      test(`${language}/${kind} on a ${name}`, async () => {
        const { page, complaints, close } = await visit(browser, look);
        await page.goto(at(`${language}/${kind}`));
        await settled(page);
        for (const summary of await page.$$("main details:not([open]) > summary")) {
          if (await summary.isVisible()) await summary.click();
        }
        await page.evaluate(() => scrollTo(0, document.body.scrollHeight / 2));
        await page.waitForLoadState("networkidle");
        assert.equal(await page.getAttribute("html", "lang"), language);
        assert.equal(await page.locator("h1").count(), 1);
        assert.ok(
          await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          "wider than the screen",
        );
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() =>
          axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
          }),
        );
        const told = violations.map(
          ({ id, nodes }) =>
            `${id}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`)}`,
        );
        assert.deepEqual([...complaints, ...told], []);
        await close();
      });
    }
  }

  for (const kind of kinds) {
    test(`en/${kind} without a script`, async () => {
      const { page, close } = await visit(browser, {
        javaScriptEnabled: false,
        viewport: { width: 320, height: 640 },
      });
      await page.goto(at(`en/${kind}`));
      assert.notEqual((await page.textContent("h1")).trim(), "");
      await close();
    });
  }
});

test("the first load is under 250 KB compressed, and its charts come after it", async () => {
  const { page, close } = await visit(browser, { viewport: { width: 390, height: 844 } });
  const loaded = [];
  page.on("response", async (response) => {
    const body = await response.body().catch(() => Buffer.alloc(0));
    loaded.push([new URL(response.url()).pathname, gzipSync(body).length]);
  });
  await page.goto(at("en/"));
  await settled(page);
  const total = loaded.reduce((sum, [, size]) => sum + size, 0);
  console.log(
    `# first load: ${Math.round(total / 1024)} KB: ${loaded.map(([path, size]) => `${path} ${size}`).join(", ")}`,
  );
  assert.ok(total < 250 * 1024, `${total} bytes`);
  await close();
});

test("on paper, every chart is drawn and nothing to press is there", async () => {
  const { page, close } = await visit(browser, { viewport: { width: 1280, height: 900 } });
  await page.goto(at("en/"));
  await settled(page);
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".chart")].every((chart) => chart.querySelector("svg")),
  );
  await page.emulateMedia({ media: "print" });
  for (const pressed of await page.$$("header form, nav, main select, main button"))
    assert.equal(await pressed.isVisible(), false);
  await close();
});
