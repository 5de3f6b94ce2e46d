import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StartOptions } from "../../infra/launcher/supervisor/options.ts";
import { silentPrinter } from "../../infra/launcher/supervisor/report/printer.ts";
import { startSystem } from "../../infra/launcher/supervisor/start.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import type { Endpoints } from "../../infra/runtime/service/endpoints.ts";
import { CodedError } from "../../schemas/errors.ts";

/** Real servers on free ports, in a home of their own. */
export interface TestServers {
  readonly addresses: Endpoints;
  readonly home: string;
  /** Ends them and removes their home, unless it is to be kept for others. */
  stop(options?: { readonly keep?: boolean }): Promise<void>;
}

/**
 * Start some of the built-in tier's servers, with what they need: for example `["postgres"]`, or
 * `["schema-registry"]` with `{ KAFKA_BROKERS: inject("kafka") }`, which takes the run's shared broker.
 *
 * @param parts - names as `npm run status` shows them.
 * @param home - of earlier servers; a new one when left out.
 * @param env - addresses of servers that run already, `TOPIC_PREFIX`, settings of the parts.
 * @throws {CodedError} CHILD_FAILED when one does not come up.
 */
export async function startServers(
  parts: readonly string[],
  env: Readonly<Record<string, string>> = {},
  home = mkdtempSync(join(tmpdir(), "elevated-servers-")),
): Promise<TestServers> {
  const options: StartOptions = {
    only: parts,
    without: [],
    quiet: true,
    json: false,
    sources: false,
    freePorts: true,
    durable: false,
  };
  const around = {
    root: projectRoot(),
    home,
    env: { ...process.env, ...env },
    clock: systemClock,
    logger: silentLogger,
    printer: silentPrinter,
    isTTY: false,
  };
  const system = await startSystem(around, options, { only: null });
  const reports = await Promise.race([system.settled, system.failed]);
  const stop = async ({ keep = false } = {}): Promise<void> => {
    await system.stop();
    if (!keep) rmSync(home, { recursive: true, force: true });
  };
  const lost = reports.find((part) => part.state !== "ready");
  if (!lost) return { addresses: system.addresses, home, stop };
  await stop();
  throw new CodedError("CHILD_FAILED", {
    message: `${lost.name} is ${lost.state}: ${lost.reason ?? ""}`,
    retryable: false,
  });
}
