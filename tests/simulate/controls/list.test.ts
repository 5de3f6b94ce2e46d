import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { CONTROLS } from "./list.ts";

/* `npm run simulate -- --controls` breaks each; this holds that they are still what they say. */
test.each(CONTROLS.flatMap(({ name, edits }) => edits.map((edit) => [name, edit] as const)))(
  "%s: its text is in its file once",
  (_, { file, from }) => {
    expect(readFileSync(join(projectRoot(), file), "utf8").split(from)).toHaveLength(2);
  },
);
