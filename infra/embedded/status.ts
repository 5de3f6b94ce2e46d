import { CodedError } from "../../schemas/errors.ts";
import type { InstanceStatus } from "./instances.ts";
import type { PartReport } from "./supervise/supervisor.ts";

export interface SystemStatus {
  readonly startedAt: number;
  readonly parts: readonly PartReport[];
}

/** @throws {CodedError} DEPENDENCY_UNAVAILABLE when no system runs there. */
export async function readStatus(supervisor: string): Promise<SystemStatus> {
  try {
    const response = await fetch(`${supervisor}/status`);
    return (await response.json()) as SystemStatus;
  } catch (cause) {
    throw new CodedError("DEPENDENCY_UNAVAILABLE", {
      message: `no system answers at ${supervisor}: start one with npm start`,
      retryable: true,
      cause,
    });
  }
}

/**
 * One line per part: name, state, process, restarts, address.
 *
 * @param instances - of parts that run as several processes: a line for each below its part, with its metrics' address.
 */
export function statusTable(
  { parts }: SystemStatus,
  instances: ReadonlyMap<string, readonly InstanceStatus[]> = new Map(),
): string {
  const times = (restarts: number): string => (restarts === 0 ? "" : `${restarts}×`);
  const rows = parts.flatMap(({ name, state, pid, restarts, url, reason }) => [
    [
      name,
      state,
      pid === null ? "" : String(pid),
      times(restarts),
      url ?? (state === "failed" ? (reason ?? "") : ""),
    ],
    ...(instances.get(name) ?? []).map((each) => [
      `  instance ${each.instance}`,
      each.state,
      each.pid === null ? "" : String(each.pid),
      times(each.restarts),
      each.probe ? `${each.probe}/metrics` : "",
    ]),
  ]);
  const all = [["part", "state", "process", "restarts", "address"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
