import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Manifest, objectsIn, objectsOf } from "./manifests.ts";
import { heading, OVERLAYS, render, renderedFile, renderer } from "./render.ts";

test.each(OVERLAYS)("%s was made from the files as they are; npm run docs makes it again", (overlay) => {
  expect(readFileSync(renderedFile(overlay), "utf8").startsWith(heading())).toBe(true);
});

const found = renderer();
describe.skipIf(!found)(
  `kustomize itself${found ? "" : " (skipped: neither kustomize nor kubectl is here)"}`,
  () => {
    /** Versions write the same objects in other ways. */
    const byName = (objects: readonly Manifest[]) =>
      new Map(objects.map((each) => [`${each.kind} ${each.metadata.name}`, each]));

    test.each(OVERLAYS)("builds %s, and to the same objects", (overlay) => {
      const built = byName(objectsIn(render(overlay, found ?? [])));
      expect(built).toEqual(byName(objectsOf(overlay)));
      expect(built.size).toBeGreaterThan(70);
    });
  },
);
