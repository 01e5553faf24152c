// Builds the pages' script and stylesheet: dist/ with hashed names, and a manifest by which the server finds them.
import { defineConfig, type Plugin } from "vite";
import { dressedSite } from "./dev/site.ts";

/**
 * Observable Plot writes a `<style>` element into each drawing and can't be asked not to. The pages' policy refuses
 * it, and the browser complains; what it says stands in style.css, under `.plot`.
 */
function plotWithoutStyle(): Plugin {
  return {
    name: "plot-without-style",
    transform(code, id) {
      if (!id.endsWith("@observablehq/plot/src/plot.js")) return;
      const changed = code.replace(/svg\.append\("style"\)\.text\(\s*`[^`]*`\s*\)/, "svg");
      if (changed === code) this.error("Plot's <style> is not where it was: look at its src/plot.js");
      return { code: changed, map: null };
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [plotWithoutStyle(), dressedSite()],
  build: {
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: "src/main.tsx" },
  },
});
