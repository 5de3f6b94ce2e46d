import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { BROKEN } from "./controls.ts";

test.each(BROKEN.flatMap(({ name, edits }) => edits.map((edit) => [name, edit] as const)))(
  "%s: its text is in its file once, and the file is the product's",
  (_, { file, from }) => {
    expect(file).not.toMatch(/^tests\//);
    expect(readFileSync(join(projectRoot(), file), "utf8").split(from)).toHaveLength(2);
  },
);
