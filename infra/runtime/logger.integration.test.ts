import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "./project-root.ts";

const LOGS = `
import { execFileSync } from "node:child_process";
import { systemClock } from "./infra/runtime/clock.ts";
import { createLogger } from "./infra/runtime/logger.ts";
import { runService } from "./infra/runtime/service/lifecycle.ts";
const limit = (bytes) => execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=" + bytes + ":"]);
const logger = createLogger("test");
void runService({ logger, clock: systemClock, env: {} }, async () => {
  logger.info("before");
  limit(0);
  logger.info("on a full disk");
  logger.fatal("on a full disk");
  // As a library does.
  setTimeout(() => console.error(new Error("on a full disk")), 10);
  await systemClock.sleep(100);
  limit("unlimited");
  logger.info("after");
  setTimeout(() => process.exit(0), 100);
  return { stop: async () => {} };
});
`;

test.skipIf(!existsSync("/usr/bin/prlimit"))(
  "a service whose log cannot be written goes on, and so does its log once there is room",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "logger-"));
    const log = join(folder, "log");
    const to = openSync(log, "a");
    try {
      const args = ["--import", "tsx", "--input-type=module", "-e", LOGS];
      const child = spawn(process.execPath, args, { cwd: projectRoot(), stdio: ["ignore", "ignore", to] });
      expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
      const lines = readFileSync(log, "utf8").trimEnd().split("\n");
      const messages = lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
      expect(messages).toEqual(["before", "after"]);
    } finally {
      closeSync(to);
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
