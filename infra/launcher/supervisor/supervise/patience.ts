/**
 * How long a part is waited for: as long as it works, however slowly. A clock cannot tell a slow machine from a hung
 * server; what the server does can.
 */

/** What processes have done since they began. Each figure only grows while they work. */
export interface Activity {
  /** Of each of their threads, by its id. */
  readonly threads: ReadonlyMap<number, ThreadTime>;
  /** Bytes read and written. */
  readonly bytes: number;
  /** Length of the log. */
  readonly logBytes: number;
}

export interface ThreadTime {
  readonly processorMs: number;
  /** Time in which it could have run but others did. */
  readonly waitedMs: number;
}

/** What is known of one part while it starts. */
export interface Patience {
  readonly last: Activity | null;
  /** How long it has done nothing, ms. */
  readonly quietMs: number;
  /** What it does, for a person; null: not looked at yet. */
  readonly doing: string | null;
}

export const NEW_PATIENCE: Patience = { last: null, quietMs: 0, doing: null };

/** It is looked at so often. */
export const LOOK_EVERY_MS = 1_000;
/** A part that does nothing for so long hangs. */
export const QUIET_LIMIT_MS = 60_000;

/**
 * A thread that works can run nearly all the time, and does so or waits for its turn. All threads of an idle Kafka
 * together used 2 % of a processor and, on a starved machine, waited for another 20 %; each alone stayed below 3 %.
 */
const WORKING_SHARE = 0.3;
/** An idle Kafka reads and writes 8 kB a second. */
const WORKING_BYTES_PER_S = 64_000;

/**
 * One more look at a part that starts.
 *
 * Only time that was looked at counts: one look after a long pause, in which this process itself was stopped, says
 * nothing about the time before.
 *
 * @param elapsedMs - since the look before.
 */
export function look(before: Patience, now: Activity, elapsedMs: number): Patience {
  if (before.last === null) return { last: now, quietMs: 0, doing: null };
  const { busiest, processorMs } = threadGrowth(before.last.threads, now.threads);
  if (busiest.processorMs + busiest.waitedMs >= WORKING_SHARE * elapsedMs) {
    const waits = busiest.waitedMs > busiest.processorMs;
    return at(
      now,
      waits
        ? "waits for a processor, which others use"
        : `uses ${percent(processorMs / elapsedMs)} of a processor`,
    );
  }
  const bytesPerS = (now.bytes - before.last.bytes) / (elapsedMs / 1_000);
  if (bytesPerS >= WORKING_BYTES_PER_S)
    return at(now, `reads and writes ${(bytesPerS / 1e6).toFixed(1)} MB/s`);
  if (now.logBytes > before.last.logBytes) return at(now, "writes its log");
  const quietMs = before.quietMs + Math.min(elapsedMs, 2 * LOOK_EVERY_MS);
  return { last: now, quietMs, doing: `has done nothing for ${Math.round(quietMs / 1000)} s` };
}

/** Has it done nothing for so long that waiting makes no sense? */
export function hangs({ quietMs }: Patience): boolean {
  return quietMs >= QUIET_LIMIT_MS;
}

function at(now: Activity, doing: string): Patience {
  return { last: now, quietMs: 0, doing };
}

/** What the threads did since the look before: the one that did most, and the processor time of all. */
function threadGrowth(
  before: Activity["threads"],
  now: Activity["threads"],
): { readonly busiest: ThreadTime; readonly processorMs: number } {
  let busiest: ThreadTime = { processorMs: 0, waitedMs: 0 };
  let total = 0;
  for (const [id, thread] of now) {
    const earlier = before.get(id) ?? { processorMs: 0, waitedMs: 0 };
    const processorMs = thread.processorMs - earlier.processorMs;
    const waitedMs = thread.waitedMs - earlier.waitedMs;
    total += processorMs;
    if (processorMs + waitedMs > busiest.processorMs + busiest.waitedMs) busiest = { processorMs, waitedMs };
  }
  return { busiest, processorMs: total };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
