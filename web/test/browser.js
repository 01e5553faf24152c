// Debian's Chromium, as a reader's browser: what it complains of is a fault of the page.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Says what is missing, and how to install it. */
export function needed() {
  if (!existsSync(executablePath))
    throw new Error(`missing: Chromium at ${executablePath}. To install it: apt-get install chromium`);
}

export async function open() {
  needed();
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page on which `complaints` gathers errors, and requests that leave the site. */
export async function visit(browser, options) {
  const context = await browser.newContext({ deviceScaleFactor: 1, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.stack ?? error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (
      protocol.startsWith("http") &&
      origin !== new URL(page.url() === "about:blank" ? request.url() : page.url()).origin
    )
      complaints.push(`off the site: ${request.url()}`);
  });
  return { page, complaints, close: () => context.close() };
}

/** Once the script has done its work, and the charts in sight are drawn. */
export async function settled(page) {
  await page.waitForFunction(
    () =>
      document.documentElement.dataset.ready !== undefined ||
      !document.querySelector('script[type="module"]'),
    undefined,
    { timeout: 8000 },
  );
  await page.waitForLoadState("networkidle");
}
