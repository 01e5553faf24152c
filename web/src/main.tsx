// Adds to the page that the server wrote what needs a script: charts, maps, choices. Each page brings its own.
import "./style.css";
import { setLocale } from "./format.ts";
import { language, main } from "./site.ts";
import { sortTables } from "./sorting.ts";
import { loadWords } from "./words/index.ts";

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
  definitions: () => import("./pages/definitions.tsx"),
  definition: () => import("./pages/definition.tsx"),
  compare: () => import("./pages/compare.tsx"),
  target: () => import("./pages/target.tsx"),
  proposals: () => import("./pages/proposals.tsx"),
  releases: () => import("./pages/releases.tsx"),
  search: () => import("./pages/search.tsx"),
};

async function start() {
  sortTables();
  const load = pages[main.dataset.page ?? ""];
  if (!load) return;
  setLocale(language);
  const [page] = await Promise.all([load(), loadWords(language)]);
  await page.enhance(main.dataset.id ?? "");
}

start()
  // The page as the server wrote it stays; what was to be added is not there.
  .catch((fault) => console.warn(fault))
  .finally(() => {
    document.documentElement.dataset.ready = "";
  });
