import { setTimeout as sleep } from "node:timers/promises";
import type { InRecord, Kafka } from "../../../../infra/runtime/kafka/ports.ts";

const POLL_MS = 20;
const GIVE_UP_MS = 240_000;

/** One row of an output, whatever it was written as. */
export interface OutputRow {
  readonly key: string;
  readonly text: string;
  /** How far its input had been read: grows with every record that went into it. */
  readonly progress: number;
}

/** What a contender's output says at the end, and how fast it got there. */
export interface Outcome {
  /** Input records per second between the first output seen and the last. */
  readonly perSecond: number;
  readonly rows: ReadonlyMap<string, string>;
}

/** An output and what must be in it. */
export interface ExpectedOutput {
  readonly topic: string;
  /** Input records. */
  readonly records: number;
  /** The sum of its rows' progress when all are in. */
  readonly progress: number;
  read(record: InRecord): Promise<OutputRow | undefined>;
}

/**
 * Read an output as it is written, until all inputs are in it.
 *
 * @param failed - rejects when the contender ends before.
 */
export async function outcomeOf(
  kafka: Kafka,
  { topic, records: inputs, progress, read }: ExpectedOutput,
  failed: Promise<never>,
): Promise<Outcome> {
  const rows = new Map<string, OutputRow>();
  let done = 0;
  let first: { readonly at: number; readonly done: number } | undefined;
  let end = 0;
  const tail = await kafka.tail({
    topics: [topic],
    from: "beginning",
    async onRecords(records) {
      for (const record of records) {
        const row = await read(record);
        if (!row) continue;
        done += row.progress - (rows.get(row.key)?.progress ?? 0);
        rows.set(row.key, row);
      }
      first ??= { at: performance.now(), done };
      if (done >= progress && end === 0) end = performance.now();
    },
  });
  try {
    await Promise.race([
      failed,
      finished(
        topic,
        () => end > 0,
        () => done,
      ),
    ]);
  } finally {
    await tail.stop();
  }
  if (!first || done !== progress) throw new Error(`${topic} holds ${done} of ${progress}`);
  return {
    perSecond: (inputs * (1 - first.done / progress)) / ((end - first.at) / 1_000),
    rows: new Map([...rows].map(([key, { text }]) => [key, text])),
  };
}

async function finished(topic: string, isDone: () => boolean, done: () => number): Promise<void> {
  const began = performance.now();
  while (!isDone()) {
    if (performance.now() - began > GIVE_UP_MS) throw new Error(`${topic} stands at ${done()}`);
    await sleep(POLL_MS);
  }
}

/** @throws Error that names the first row in which two outputs differ. */
export function sameRows(
  name: string,
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): void {
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    if (one.get(key) !== other.get(key)) {
      throw new Error(`${name} differ at ${key}: ${one.get(key)} and ${other.get(key)}`);
    }
  }
}
