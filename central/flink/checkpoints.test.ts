import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkpointsBelow } from "./checkpoints.ts";

test("a job's last checkpoint is the one of the greatest number that is whole", () => {
  const folder = mkdtempSync(join(tmpdir(), "checkpoints-"));
  for (const [name, whole] of [
    ["chk-9", true],
    ["chk-10", true],
    ["chk-11", false],
    ["shared", true],
  ] as const) {
    mkdirSync(join(folder, "job", name), { recursive: true });
    if (whole) writeFileSync(join(folder, "job", name, "_metadata"), "");
  }
  const { last } = checkpointsBelow(folder);
  expect(last("job")).toBe(`file://${folder}/job/chk-10`);
  expect(last("another")).toBeUndefined();
  rmSync(folder, { recursive: true });
});
