import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { heading, OVERLAYS, render, renderedFile, renderer } from "./render.ts";

test.each(OVERLAYS)("%s was made from the files as they are; npm run docs makes it again", (overlay) => {
  expect(readFileSync(renderedFile(overlay), "utf8").startsWith(heading())).toBe(true);
});

const found = renderer();
describe.skipIf(!found)(
  `kustomize itself${found ? "" : " (skipped: neither kustomize nor kubectl is here)"}`,
  () => {
    test.each(OVERLAYS)("builds %s, and to the same", (overlay) => {
      expect(render(overlay, found ?? [])).toBe(readFileSync(renderedFile(overlay), "utf8"));
    });
  },
);
