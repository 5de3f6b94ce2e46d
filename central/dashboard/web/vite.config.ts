import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** The page, built to `dist/web`: `npx vite build central/dashboard/web`. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: fileURLToPath(new URL("../../../dist/web", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // The page has its stations from its server: the network file, which it shares code with, is no part of it.
    rolldownOptions: { treeshake: { manualPureFunctions: ["networkOf"], propertyReadSideEffects: false } },
  },
});
