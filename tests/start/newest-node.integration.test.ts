import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ENTRIES } from "../../infra/launcher/setup/bundles.mjs";
import { SUPPORTED_NODES, satisfies } from "../../infra/launcher/setup/tools.mjs";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { nodeOf, versionOf, withNode } from "./node-versions.ts";

const root = projectRoot();
const newest = SUPPORTED_NODES.at(-1) ?? "";
/** The pseudo-terminals, which have a native part, and what runs before anything is installed. */
const TESTS = ["firmware-sim/hosts", "infra/launcher/setup/setup"];
/** The outbox's store has one too. */
const STORE = `
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { open } from "lmdb";
const path = mkdtempSync(tmpdir() + "/elevated-store-");
const store = open({ path });
await store.put("seq", 42);
process.stdout.write(String(store.get("seq")));
await store.close();
rmSync(path, { recursive: true });`;

test(`the newest supported Node runs every program and what has native parts (npm run test:node: every test)`, {
  timeout: 300_000,
  skip: satisfies(process.version, newest),
}, async ({ skip }) => {
  let bin = "";
  try {
    bin = nodeOf(newest, join(root, ".toolchain", "newest-node"));
  } catch {
    skip("npm cannot fetch it");
  }
  expect(satisfies(versionOf(bin), newest)).toBe(true);
  const run = (...args: readonly string[]) =>
    promisify(execFile)(join(bin, "node"), args, { cwd: root, env: withNode(bin) });

  const programs = ENTRIES.map((entry) => join("dist", entry.replace(/\.ts$/, ".js"))).filter((file) =>
    existsSync(join(root, file)),
  );
  expect(programs.length).toBeGreaterThan(10);
  for (const program of programs) expect((await run(program, "--help")).stdout, program).toContain("Usage:");

  expect((await run("--input-type=module", "--eval", STORE)).stdout).toBe("42");
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const { stdout } = await run(vitest, "run", "--project", "unit", ...TESTS);
  expect(stdout).toMatch(/\n[1-9]\d* passed, 0 failed\s*$/);
});
