// For work on the pages without building the server anew: the site that `olshem publish ACCOUNT --out DIR` wrote, with
// the scripts and styles that were built last. `npm run build && OLSHEM_PUBLISHED=DIR npx vite preview`. Not shipped.
import { existsSync, readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import type { Plugin } from "vite";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";
const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".json": "application/json",
  ".csv": "text/csv; charset=utf-8",
  ".svg": "image/svg+xml",
};

export function publishedSite(): Plugin {
  const folder = process.env.OLSHEM_PUBLISHED ?? "";

  function answer(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const path = decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/");
    const asked = join(folder, normalize(`/${path}`));
    const file = path.endsWith("/") ? join(asked, "index.html") : asked;
    if (path.startsWith("/assets/") || !existsSync(file) || statSync(file).isDirectory()) {
      next();
      return;
    }
    response.setHeader("Content-Security-Policy", policy);
    response.setHeader("Content-Type", types[extname(file)] ?? "application/octet-stream");
    const bytes = readFileSync(file);
    response.end(file.endsWith(".html") ? dressed(bytes.toString()) : bytes);
  }

  return {
    name: "published-site",
    configurePreviewServer(server) {
      if (folder) server.middlewares.use(answer);
    },
  };
}

/** The page with the assets of the last build in place of those that it came with. */
function dressed(html: string): string {
  const made = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"))["src/main.tsx"];
  const root = /data-root="([^"]*)"/.exec(html)?.[1] ?? "";
  const assets = `<link rel="stylesheet" href="${root}${made.css[0]}"><script type="module" src="${root}${made.file}"></script>`;
  return html
    .replace(/<link rel="(stylesheet|modulepreload)"[^>]*>|<script type="module"[^>]*><\/script>/g, "")
    .replace("</head>", () => `${assets}</head>`);
}
