// For work on the pages without building the server anew: a running server's pages and documents, with the scripts and
// styles that were built last. `npm run build && OLSHEM_SERVER=http://127.0.0.1:8080 npx vite preview`. Not shipped.
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";

export function dressedSite(): Plugin {
  const server = process.env.OLSHEM_SERVER;

  async function answer(request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
    if (request.url?.startsWith("/assets/")) {
      next();
      return;
    }
    const answered = await fetch(new URL(request.url ?? "/", server), { redirect: "manual" });
    response.statusCode = answered.status;
    for (const name of ["content-type", "content-security-policy", "location"]) {
      const value = answered.headers.get(name);
      if (value) response.setHeader(name, value);
    }
    const bytes = Buffer.from(await answered.arrayBuffer());
    const isPage = answered.headers.get("content-type")?.startsWith("text/html");
    response.end(isPage ? dressed(bytes.toString()) : bytes);
  }

  return {
    name: "dressed-site",
    configurePreviewServer(preview) {
      if (!server) return;
      preview.middlewares.use((request, response, next) => void answer(request, response, next));
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
