// Adds to the page that the server wrote what needs a script: charts, maps, choices. Each page brings its own.
import "./style.css";
import type { Status } from "./documents.ts";
import { setLocale } from "./format.ts";
import { api, language, main, text } from "./site.ts";
import { loadWords, word } from "./words/index.ts";

interface Page {
  enhance(id: string): Promise<void> | void;
}

const pages: Record<string, () => Promise<Page>> = {
  front: () => import("./pages/front.tsx"),
  claims: () => import("./pages/claims.tsx"),
  claim: () => import("./pages/claim.tsx"),
  indicator: () => import("./pages/indicator.tsx"),
  embed: () => import("./pages/indicator.tsx"),
  map: () => import("./pages/map.tsx"),
  region: () => import("./pages/region.tsx"),
  industry: () => import("./pages/industry.tsx"),
  definition: () => import("./pages/definition.tsx"),
  compare: () => import("./pages/compare.tsx"),
  target: () => import("./pages/target.tsx"),
  proposals: () => import("./pages/proposals.tsx"),
  releases: () => import("./pages/releases.tsx"),
  search: () => import("./pages/search.tsx"),
};

async function start() {
  const load = pages[main.dataset.page ?? ""];
  if (!load) return;
  setLocale(language);
  const [page] = await Promise.all([load(), loadWords(language)]);
  await page.enhance(main.dataset.id ?? "");
}

/** What is wrong with an account that is edited while it is served. */
async function tellFaults(): Promise<void> {
  const { mode, faults = [] } = await api<Status>("status");
  if (mode !== "served" || faults.length === 0) return;
  await loadWords(language);
  const place = document.createElement("aside");
  place.className = "note warning";
  place.setAttribute("role", "status");
  const title = document.createElement("p");
  title.textContent = word("faults.title");
  const list = document.createElement("ul");
  for (const { code, title, message, file, line } of faults) {
    const entry = document.createElement("li");
    const where = file ? ` ${file}${line ? `:${line}` : ""}` : "";
    entry.textContent = `${code} ${text(title)}${where}: ${message}`;
    list.append(entry);
  }
  place.append(title, list);
  main.prepend(place);
}

start()
  // The page as the server wrote it stays; what was to be added is not there.
  .then(tellFaults)
  .catch((fault) => console.warn(fault))
  .finally(() => {
    document.documentElement.dataset.ready = "";
  });
