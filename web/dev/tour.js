// Pictures of every page, to be looked at: node dev/tour.js http://127.0.0.1:8080/ [FOLDER] [only these paths…]
import { mkdirSync } from "node:fs";
import { open, settled, visit } from "../test/browser.js";

const [site = "http://127.0.0.1:8080/", folder = "test/shots", ...only] = process.argv.slice(2);
const paths = only.length
  ? only
  : [
      "en/",
      "en/claims/share-under-1-president/",
      "ru/claims/three-cities/",
      "en/indicators/creative_share/",
      "kk/indicators/region_share/",
      "ru/map/",
      "en/regions/KZ75/?with=KZ79",
      "ru/industries/it/",
      "en/definitions/DCMS_CREATIVE/",
      "en/compare/",
      "en/targets/it-exports-2026/",
      "ru/proposals/",
      "en/search/?q=film",
    ];
const looks = [
  { name: "desktop", viewport: { width: 1280, height: 900 } },
  { name: "phone", viewport: { width: 320, height: 640 } },
];
mkdirSync(folder, { recursive: true });
const browser = await open();
for (const { name, ...options } of looks) {
  for (const path of paths) {
    const { page, complaints, close } = await visit(browser, {
      ...options,
      colorScheme: process.env.DARK ? "dark" : "light",
    });
    await page.goto(new URL(path, site).href);
    await settled(page).catch((error) => complaints.push(String(error)));
    // Scrolling through brings the charts into sight, which are drawn only then.
    await page.evaluate(async () => {
      for (let y = 0; y < document.body.scrollHeight; y += 400) {
        scrollTo(0, y);
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
      scrollTo(0, 0);
    });
    await page.waitForTimeout(300);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) complaints.push(`wider than the screen by ${wide}`);
    const file = `${folder}/${path.replace(/[^A-Za-z0-9]+/g, "_")}${name}.png`;
    await page.screenshot({ path: file, fullPage: true });
    console.log(file, complaints.length ? complaints : "");
    await close();
  }
}
await browser.close();
