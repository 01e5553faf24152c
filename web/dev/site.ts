// For work on the pages without the server: frames as docs/observatory.md describes them, with little in them, around
// documents from the folder that OLSHEM_SAMPLES names. `npm run build && OLSHEM_SAMPLES=… npx vite preview`. Not shipped.
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import type { Plugin } from "vite";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

const kinds: Record<string, [page: string, slots: string[]]> = {
  claims: ["claim", ["definition", "chart", "lineage"]],
  indicators: ["indicator", ["chart", "downloads", "cite"]],
  embed: ["embed", ["chart"]],
  regions: ["region", ["results"]],
  industries: ["industry", ["definition", "chart"]],
  definitions: ["definition", ["chart"]],
  targets: ["target", ["chart"]],
  sources: ["source", []],
};
const alone: Record<string, string[]> = {
  map: ["map"],
  claims: ["definition"],
  proposals: ["selectors"],
  releases: ["selectors", "results"],
  search: ["results"],
};

const escape = (text: string) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

export function sampleSite(): Plugin {
  const samples = process.env.OLSHEM_SAMPLES ?? "";
  const document = (path: string) => {
    const file = join(samples, normalize(`/${path}`));
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };

  function answer(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const path = decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/");
    response.setHeader("Content-Security-Policy", policy);
    const data = path.startsWith("/api/") && document(path);
    if (data) {
      response.setHeader("Content-Type", "application/json");
      response.end(data);
      return;
    }
    const match = /^\/(kk|ru|en)\/(?:([a-z]+)\/)?(?:([^/]+)\/)?$/.exec(path);
    if (!match) return next();
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(html(match[1] ?? "en", match[2] ?? "", match[3] ?? ""));
  }

  function html(language: string, section: string, id: string): string {
    const root = "../".repeat([language, section, id].filter(Boolean).length);
    const compare = section === "definitions" && id === "compare";
    const [page, slots] = compare
      ? ["compare", ["selectors", "results"]]
      : id
        ? (kinds[section] ?? ["", []])
        : section
          ? [section, alone[section] ?? []]
          : ["front", ["definition", "chart"]];
    const folder = section === "embed" ? "indicators" : section;
    const source = id && !compare ? `api/v1/${folder}/${id}.json` : "";
    const own = source && document(source) ? JSON.parse(document(source) ?? "") : undefined;
    const text = (of: unknown): string =>
      typeof of === "string" ? of : ((of as Record<string, string> | null)?.[language] ?? "");
    const title = text(own?.text ?? own?.title ?? own?.label ?? own?.name ?? "") || section || "Ölshem";
    const made = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"))["src/main.tsx"];
    const rows =
      page === "front" || page === "claims"
        ? `<ul class="rows">${JSON.parse(document("api/v1/claims.json") ?? "[]")
            .map(
              (claim: Record<string, unknown>) =>
                `<li data-claim="${claim.id}"><div><a class="title" href="${root}${language}/claims/${claim.id}/">${escape(text(claim.text))}</a><p class="said">${escape(text(claim.who))}</p></div><div class="outcome"><span class="verdict" data-verdict="${claim.outcome}">${claim.outcome}</span></div></li>`,
            )
            .join("")}</ul>`
        : "";
    return `<!doctype html><html lang="${language}" data-root="${root}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="${root}${made.css[0]}"><script type="module" src="${root}${made.file}"></script></head>
<body><a class="skip" href="#main">Skip</a><header class="site"><a class="home" href="${root}${language}/">Kazakhstan: the creative economy</a>
<nav class="site" aria-label="Pages"><ul>${["claims", "indicators", "map", "definitions", "proposals", "search"].map((each) => `<li><a href="${root}${language}/${each}/">${each}</a></li>`).join("")}</ul></nav>
<nav class="languages" aria-label="Language"><ul>${["kk", "ru", "en"].map((each) => `<li><a lang="${each}" hreflang="${each}" href="${root}${each}/${section && `${section}/`}${id && `${id}/`}">${each}</a></li>`).join("")}</ul></nav></header>
<main id="main" data-page="${page}"${id && !compare ? ` data-id="${id}"` : ""}${source ? ` data-src="${root}${source}"` : ""}>
<h1>${escape(title)}</h1>${slots.map((slot) => `<div data-slot="${slot}" hidden></div>`).join("")}${rows}</main>
<footer class="site"><p>Ölshem</p></footer></body></html>`;
  }

  return {
    name: "sample-site",
    configurePreviewServer(server) {
      if (samples) server.middlewares.use(answer);
    },
  };
}
