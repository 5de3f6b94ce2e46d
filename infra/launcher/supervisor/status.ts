import { CodedError } from "../../../schemas/errors.ts";
import type { HopView } from "../../../schemas/page/page.ts";
import type { ProofView } from "../../../schemas/page/proof.ts";
import { type InstanceStatus, readInstances } from "./instances.ts";
import { memoryOf, treeOf } from "./process/tree.ts";
import type { PartReport } from "./supervise/supervisor.ts";

export interface PartStatus extends PartReport {
  /** Of its process and those it started: proportional set size; null without a process. */
  readonly memoryBytes: number | null;
  /** Of a part that runs as several processes. */
  readonly instances: readonly (InstanceStatus & { readonly memoryBytes: number | null })[];
}

/** A running system, as far as it can be asked. */
export interface SystemStatus {
  readonly startedAt: number;
  /** Its state folder. */
  readonly home: string;
  /** The supervisor's process, and what it uses by itself. */
  readonly pid: number;
  readonly memoryBytes: number;
  readonly parts: readonly PartStatus[];
  /** null: the page does not answer. */
  readonly hops: readonly HopView[] | null;
  readonly proof: ProofView | null;
  /** How the table of stations follows PostgreSQL; null: not known. */
  readonly source: SourceStatus | null;
}

/** What `central`'s role `stations` answers of its source. */
export interface SourceStatus {
  /** Stops of which PostgreSQL's table and Connect's topic say different things; null: PostgreSQL does not answer. */
  readonly differing: number | null;
  readonly slots: readonly {
    readonly name: string;
    readonly active: boolean;
    readonly retainedBytes: number | null;
  }[];
  readonly problems: readonly string[];
}

const WITHIN_MS = 2_000;

/**
 * Ask the supervisor what runs, the kernel what it costs, and the page what flows.
 *
 * @param page - left out: only what runs.
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE when no system runs there.
 */
export async function readStatus(supervisor: string, page?: string): Promise<SystemStatus> {
  const answer = await ask<
    Pick<SystemStatus, "startedAt" | "home" | "pid"> & { parts: readonly PartReport[] }
  >(`${supervisor}/status`);
  if (!answer) {
    throw new CodedError("DEPENDENCY_UNAVAILABLE", {
      message: `no system answers at ${supervisor}: start one with npm start`,
      retryable: true,
    });
  }
  const [hops, proof] = page
    ? await Promise.all([
        ask<readonly HopView[]>(`${page}/api/v1/hops`),
        ask<ProofView>(`${page}/api/v1/proof`),
      ])
    : [null, null];
  const { startedAt, home, pid } = answer;
  const instances = await readInstances(answer.parts);
  const parts = answer.parts.map((part) => ({
    ...part,
    memoryBytes: part.pid === null ? null : memoryOf(treeOf(part.pid)),
    instances: (instances.get(part.name) ?? []).map((each) => ({
      ...each,
      memoryBytes: each.pid === null ? null : memoryOf([each.pid]),
    })),
  }));
  const probe = answer.parts.find(({ name }) => name === "central")?.probe;
  const readiness = probe
    ? await ask<{ stations?: { source?: SourceStatus } }>(probe, { evenIfNotReady: true })
    : null;
  const source = readiness?.stations?.source ?? null;
  return { startedAt, home, pid, memoryBytes: memoryOf([pid]), parts, hops, proof, source };
}

async function ask<T>(url: string, { evenIfNotReady = false } = {}): Promise<T | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) });
    return response.ok || (evenIfNotReady && response.status === 503) ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}
