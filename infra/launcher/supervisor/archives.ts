import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "../../../schemas/errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { SERVERS } from "./addresses/servers.ts";
import { keepFeatures } from "./parts/kafka-storage.ts";
import { archiveFile, type Toolchain, toolchainOf } from "./process/jvm.ts";
import { startWatchdog } from "./process/watchdog.ts";
import { RESTART_POLICY } from "./supervise/restart.ts";
import { isSettled, Supervisor } from "./supervise/supervisor.ts";
import { planSystem } from "./system.ts";

/** A system that is not up by then has shown enough of itself. */
const UP_WITHIN_MS = 90_000;
/** What a running system does beyond its start: transactions, groups, the first segments. */
const AT_WORK_MS = 3_000;
/** A JVM writes its archive while it ends. */
const WRITE_WITHIN_MS = 90_000;

/**
 * Run the whole system once in a folder of its own, so that the JVMs of Kafka and Connect write down which classes
 * they come to need, and keep what a new Kafka folder begins with.
 *
 * @param sources - run our own parts from sources: there are no built files.
 * @throws {CodedError} CHILD_FAILED when an archive was not written.
 */
export async function makeArchives(
  root: string,
  env: NodeJS.ProcessEnv,
  clock: Clock,
  sources: boolean,
): Promise<void> {
  const toolchain = toolchainOf(root);
  rmSync(toolchain.prepared, { recursive: true, force: true });
  mkdirSync(toolchain.prepared, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), "elevated-archives-"));
  try {
    await runOnce(root, home, env, clock, sources);
    keepFeatures(join(home, "kafka", "data"), toolchain);
    checkWritten(toolchain);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function runOnce(
  root: string,
  home: string,
  env: NodeJS.ProcessEnv,
  clock: Clock,
  sources: boolean,
): Promise<void> {
  const watchdog = startWatchdog();
  const options = { without: [], quiet: true, json: false, freePorts: true, durable: false, sources };
  const context = { root, home, env: withoutAddresses(env), clock, watchdog, logger: silentLogger };
  const plan = await planSystem(context, options, { only: null, training: true });
  const supervisor = new Supervisor({
    parts: plan.parts,
    policy: RESTART_POLICY,
    clock,
    stopWithinMs: WRITE_WITHIN_MS,
  });
  process.once("exit", () => supervisor.kill("all"));
  supervisor.begin();
  const began = clock.monotonic();
  do await clock.sleep(200);
  while (!isSettled(supervisor.reports()) && clock.monotonic() - began < UP_WITHIN_MS);
  await clock.sleep(AT_WORK_MS);
  await supervisor.end();
  watchdog.close();
}

/** Servers that the user has elsewhere are left alone, and those here are wanted. */
function withoutAddresses(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const addresses = new Set<string>(
    SERVERS.flatMap(({ endpoint, portVariable }) => [endpoint, portVariable ?? ""]),
  );
  return Object.fromEntries(Object.entries(env).filter(([name]) => !addresses.has(name)));
}

function checkWritten(toolchain: Toolchain): void {
  const missing = ["kafka", "connect"].filter((name) => !existsSync(archiveFile(toolchain, name)));
  if (missing.length === 0) return;
  throw new CodedError("CHILD_FAILED", {
    message: `no class-data archive of ${missing.join(" and ")}`,
    retryable: true,
  });
}
