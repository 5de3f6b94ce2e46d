import { rmSync } from "node:fs";
import { z } from "zod";
import type { Logger } from "../../infra/runtime/logger.ts";
import { bearer } from "../../infra/runtime/security/http.ts";
import { randomPassword, writeSecret } from "../../infra/runtime/security/password-hashes.ts";
import { CodedError } from "../../schemas/errors.ts";
import { type ControlRoute, createControlServer } from "../control/server.ts";
import { readJson } from "../state-file.ts";
import type { FleetState } from "./fleet.ts";

/** One of an earlier version has no token. */
const runFile = z.object({ url: z.string(), token: z.string().optional() });

/** What other commands may ask of a running fleet. */
export interface FleetControls {
  state(): FleetState;
  stop(): void;
}

/**
 * Serve `stop` and `status` on a free port of loopback, and say where.
 *
 * @param file - tells the other commands of this user; one fleet per home.
 * @returns ends it.
 * @throws {CodedError} ALREADY_RUNNING
 */
export async function serveControl(
  file: string,
  fleet: FleetControls,
  logger: Logger,
): Promise<() => Promise<void>> {
  if (await runningFleet(file)) {
    throw new CodedError("ALREADY_RUNNING", {
      message: "a fleet runs already: end it with npm run fleet -- stop",
      retryable: false,
    });
  }
  const routes: readonly ControlRoute[] = [
    { method: "GET", path: "/state", handle: () => fleet.state() },
    {
      method: "POST",
      path: "/stop",
      handle: () => {
        fleet.stop();
        return { stopping: true };
      },
    },
  ];
  const token = randomPassword();
  const server = createControlServer(routes, logger, token);
  const { url } = await server.listen(0);
  writeSecret(file, { url, token });
  return async () => {
    rmSync(file, { force: true });
    await server.close();
  };
}

/** The state of the fleet that runs here; undefined: none does. */
export async function runningFleet(file: string): Promise<FleetState | undefined> {
  return (await ask(file, "GET", "/state")) as FleetState | undefined;
}

/** @returns false when none runs. */
export async function stopFleet(file: string): Promise<boolean> {
  return (await ask(file, "POST", "/stop")) !== undefined;
}

async function ask(file: string, method: string, path: string): Promise<unknown> {
  const found = readJson(file, runFile);
  if (!found) return undefined;
  try {
    const response = await fetch(`${found.url}${path}`, {
      method,
      ...(method === "POST"
        ? { headers: { "content-type": "application/json", ...bearer(found.token) }, body: "{}" }
        : {}),
    });
    return response.ok ? await response.json() : undefined;
  } catch {
    // It was killed: its file stayed.
    return undefined;
  }
}
