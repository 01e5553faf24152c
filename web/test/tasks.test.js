// What readers come for, done as they do it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { open, settled, visit } from "./browser.js";
import { site } from "./site.js";

const { address, end } = await site();
const at = (path) => new URL(path, address).href;
const read = async (path) => (await fetch(at(`api/v1/${path}.json`))).json();
const [account, claims] = await Promise.all(["account", "claims"].map(read));
const dependent = claims.find((claim) => Object.keys(claim.under).length > 1);

let browser;
before(async () => {
  browser = await open();
});
after(async () => {
  await browser?.close();
  end();
});

const desk = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 320, height: 640 }, hasTouch: true };

async function on(path, look, steps) {
  const { page, complaints, close } = await visit(browser, { ...look, acceptDownloads: true });
  await page.goto(at(path));
  await settled(page);
  await steps(page);
  assert.deepEqual(complaints, []);
  await close();
}

for (const [language, look] of [
  ["en", desk],
  ["ru", phone],
  ["kk", desk],
]) {
  test(`${language}: another definition, other verdicts`, () =>
    on(`${language}/`, look, async (page) => {
      const select = page.locator('[data-slot="definition"] select');
      const differing = claims.find((claim) =>
        Object.values(claim.under).some((verdict) => verdict !== claim.outcome),
      );
      const [other, verdict] = Object.entries(differing.under).find(([, each]) => each !== differing.outcome);
      const shown = page.locator(`[data-claim="${differing.id}"] .verdict`).first();
      assert.equal(await shown.getAttribute("data-verdict"), differing.outcome);
      await select.selectOption(other);
      assert.equal(await shown.getAttribute("data-verdict"), verdict);
      assert.match(page.url(), new RegExp(`definition=${other}`));
      // The next page keeps it.
      await page.goto(at(`${language}/claims/${dependent.id}/`));
      await settled(page);
      if (other in dependent.under) assert.equal(await select.inputValue(), other);
    }));

  test(`${language}: from a claim down to a cell of its source`, () =>
    on(`${language}/claims/${dependent.id}/`, look, async (page) => {
      const lineage = page.locator('[data-slot="lineage"]');
      await lineage.locator("summary").first().click();
      await page.waitForSelector('[data-slot="lineage"] .tree');
      for (let depth = 0; depth < 12; depth++) {
        const closed = lineage.locator(".tree details:not([open]) > summary:visible");
        if ((await closed.count()) === 0) break;
        await closed.first().click();
        if (await lineage.locator("td q:visible").count()) break;
      }
      assert.ok(await lineage.locator("td q:visible").count(), "no cell of a source was reached");
      assert.ok(await lineage.getByText(/^[0-9a-f]{64}$/).count(), "no checksum was shown");
    }));

  test(`${language}: search`, () =>
    on(`${language}/search/`, look, async (page) => {
      const input = page.locator('main input[type="search"]');
      await input.fill("Алматы".slice(0, language === "en" ? 0 : 6) || "Almaty");
      await page.waitForSelector(".results li");
      const link = page.locator('.results a[href*="/regions/KZ75/"]');
      assert.equal(await link.count(), 1);
      await link.click();
      await settled(page);
      assert.match(page.url(), /regions\/KZ75\//);
    }));
}

test("a link shows what its sender saw", () =>
  on(`en/indicators/${account.headline.indicator}/`, desk, async (page) => {
    await page.getByRole("button", { name: "Bars" }).click();
    const title = await page.textContent(".charttitle");
    const period = page.locator('[data-slot="selectors"] select').last();
    await period.selectOption({ index: 1 });
    const sent = page.url();
    assert.match(sent, /view=bar/);
    const seen = await page.textContent(".charttitle");
    assert.notEqual(seen, title);
    await page.goto(sent);
    await settled(page);
    assert.equal(await page.textContent(".charttitle"), seen);
  }));

test("the chart is taken away as PNG and SVG, in one piece", () =>
  on(`en/indicators/${account.headline.indicator}/`, desk, async (page) => {
    await page.waitForSelector(".chart svg");
    const save = async (name) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.locator('[data-slot="downloads"]').getByRole("button", { name, exact: true }).click(),
      ]);
      return readFileSync(await download.path());
    };
    const png = await save("PNG");
    assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    assert.ok(png.length > 5000, "an empty picture");
    const svg = (await save("SVG")).toString();
    assert.match(svg, /^<svg/);
    assert.ok(!svg.includes("var(--"), "colours of a stylesheet that the file lacks");
    assert.ok(!/<style|class=/.test(svg));
  }));

for (const language of ["en", "ru", "kk"])
  test(`${language}: the data are taken away, in each format`, () =>
    on(`${language}/indicators/${account.headline.indicator}/`, desk, async (page) => {
      const begins = {
        CSV: /^"?\w+"?,/,
        XLSX: /^PK/,
        "SDMX-CSV": /^STRUCTURE,STRUCTURE_ID,ACTION,/,
        "SDMX-JSON": /^\{"meta":\{"schema":/,
        Parquet: /^PAR1/,
        JSON: /^\{/,
      };
      for (const [name, begin] of Object.entries(begins)) {
        const link = page.locator("ul.downloads").getByRole("link", { name, exact: true });
        const address = await link.evaluate((each) => each.href);
        const answer = await fetch(address);
        assert.equal(answer.status, 200, address);
        assert.match(Buffer.from(await answer.arrayBuffer()).toString("latin1"), begin);
        if (name === "XLSX") assert.match(address, new RegExp(`/data/${language}/`));
      }
      assert.equal(await page.locator("ul.downloads a").count(), Object.keys(begins).length);
    }));

test("the map is taken away as a picture", () =>
  on("en/indicators/region_share/?view=map", desk, async (page) => {
    await page.waitForSelector("svg.regionmap");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator('[data-slot="downloads"]').getByRole("button", { name: "SVG", exact: true }).click(),
    ]);
    const svg = readFileSync(await download.path()).toString();
    assert.match(svg, /^<svg/);
    assert.equal(svg.match(/<circle/g)?.length, 3, "three cities");
    assert.ok(!svg.includes("var(--") && !/<style|class=/.test(svg));
  }));

/** The texts of a column. */
const column = (table, n) =>
  table
    .locator(`tbody tr > :nth-child(${n})`)
    .evaluateAll((cells) => cells.map((cell) => cell.textContent.trim()));

for (const look of [desk, phone])
  test(`a table is sorted by keyboard, ${look.viewport.width} pixels wide`, () =>
    on("en/sources/", look, async (page) => {
      const table = page.locator("main table").first();
      const before = await column(table, 1);
      const heading = table.locator("thead th").first();
      assert.equal(await heading.getAttribute("aria-sort"), null);
      await heading.getByRole("button").focus();
      await page.keyboard.press("Enter");
      assert.equal(await heading.getAttribute("aria-sort"), "ascending");
      const order = new Intl.Collator("en", { numeric: true }).compare;
      assert.deepEqual(await column(table, 1), [...before].sort(order));
      await page.keyboard.press("Space");
      assert.equal(await heading.getAttribute("aria-sort"), "descending");
      assert.deepEqual(await column(table, 1), [...before].sort(order).reverse());
    }));

test("numbers are sorted as numbers, those that are missing last", () =>
  on("ru/indicators/", desk, async (page) => {
    const table = page.locator("main table").first();
    await table.locator("thead th").last().getByRole("button").click();
    assert.equal(await table.locator("thead th").last().getAttribute("aria-sort"), "descending");
    const counts = (await column(table, 4)).map(Number);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => b - a),
    );
  }));

test("the table under a chart is sorted, and follows the chart", () =>
  on("kk/indicators/region_share/?view=bar", desk, async (page) => {
    const table = page.locator('[data-slot="table"] table');
    const heading = table.locator("thead th").first();
    await heading.getByRole("button").click();
    assert.equal(await heading.getAttribute("aria-sort"), "ascending");
    const names = await column(table, 1);
    assert.deepEqual(names, [...names].sort(new Intl.Collator("kk", { numeric: true }).compare));
  }));

for (const [language, look] of [
  ["en", desk],
  ["ru", phone],
  ["kk", desk],
])
  test(`${language}: from an activity found to the definitions that have it`, () =>
    on(`${language}/search/?q=59110`, look, async (page) => {
      await page.locator('.results a[href*="code=59110"]').click();
      await settled(page);
      const rows = page.locator('[data-slot="selectors"] tbody tr');
      await rows.first().waitFor();
      const { definitions } = account;
      const documents = await Promise.all(definitions.map(({ id }) => read(`definitions/${id}`)));
      const holding = documents.filter((each) => "59110" in each.finest);
      assert.equal(await rows.count(), holding.length);
      assert.ok(holding.length > 0 && holding.length < definitions.length);
      const whole = page.locator('[data-slot="results"]');
      await whole.waitFor({ state: "hidden" });
      await page.locator('[data-slot="selectors"] input').fill("");
      await whole.waitFor({ state: "visible" });
      assert.ok(!page.url().includes("code="));
    }));

for (const look of [desk, phone])
  test(`a city on the map, ${look.viewport.width} pixels wide`, () =>
    on("en/map/", look, async (page) => {
      const city = page.locator('.regionmap a[href*="/regions/KZ79/"]');
      const box = await city.locator(".area").boundingBox();
      assert.ok(box.width >= 24 && box.height >= 24, "too small a target");
      await city.click();
      await settled(page);
      assert.equal(await page.textContent("h1"), "Shymkent");
    }));

test("a region that stands alone has a shade of its own, which the legend names", () =>
  on("en/map/?indicator=region_share&ACTIVITY=J&VARIABLE=B1G&period=2025", desk, async (page) => {
    const shade = (code) => page.locator(`.regionmap a[href*="/regions/${code}/"]`).getAttribute("class");
    const shades = await Promise.all(["KZ75", "KZ71", "KZ63", "KZ39", "KZ62"].map(shade));
    assert.equal(new Set(shades).size, 4, `${shades}`);
    assert.equal(shades[2], shades[3]);
    const legend = await page.locator(".legend li").allTextContents();
    assert.ok(legend.includes("57.75") && legend.includes("0.14–0.62"), `${legend}`);
  }));

test("the map by keyboard: every tile says its name and value, and leads to its region", () =>
  on("ru/map/", desk, async (page) => {
    const tiles = page.locator(".regionmap a");
    assert.equal(await tiles.count(), 20);
    await tiles.first().focus();
    for (let pressed = 0; pressed < 20; pressed++) {
      const told = await page.evaluate(() => document.activeElement.querySelector("text.full").textContent);
      assert.match(told, /^[^:]+: .+/);
      if (await page.evaluate(() => document.activeElement.getAttribute("href").includes("/KZ75/"))) break;
      await page.keyboard.press("Tab");
    }
    assert.ok((await page.locator(".legend li").count()) >= 3, "a legend for each shade");
    await page.keyboard.press("Enter");
    await settled(page);
    assert.equal(await page.textContent("h1"), "Алматы");
  }));

test("a region beside another", () =>
  on("en/regions/KZ75/", desk, async (page) => {
    await page.locator('[data-slot="selectors"] select').selectOption("KZ71");
    await page.waitForSelector('th:has-text("Astana")');
    assert.match(page.url(), /with=KZ71/);
  }));

test("two definitions compared", () =>
  on("en/compare/", desk, async (page) => {
    const [, second] = await page.locator("main select").all();
    await second.selectOption(account.definitions.at(-1).id);
    await page.waitForSelector("h2");
    assert.match(page.url(), new RegExp(`b=${account.definitions.at(-1).id}`));
  }));

test("all of it by keyboard alone", () =>
  on("en/", desk, async (page) => {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.querySelector("main").contains(document.activeElement)));
    await page.locator('[data-slot="definition"] select').focus();
    await page.keyboard.press("ArrowDown");
    assert.notEqual(await page.locator('[data-slot="definition"] select').inputValue(), "");
  }));
