import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { FetchedMessage, FetchedPartition } from "kafkajs/src/protocol/requests/fetch/index.js";
import { expect, test } from "vitest";
import { markAborted } from "./aborted-records.ts";

const MARKER = { abort: Buffer.from([0, 0, 0, 0]), commit: Buffer.from([0, 0, 0, 1]) } as const;

interface Entry {
  readonly producer: number;
  readonly kind: "record" | "abort" | "commit" | "plain";
  /** What of it is to be seen. */
  readonly shown: boolean;
}

/** A log of several producers' transactions in one another, as a list of what they do; and what a broker tells of it. */
function fetched(
  steps: readonly { producer: number; kind: Entry["kind"] }[],
): FetchedPartition & { shown: number[] } {
  const open = new Map<number, { from: number; offsets: number[] }>();
  const aborted: { producerId: string; firstOffset: string }[] = [];
  const hidden = new Set<number>();
  const log: { producer: number; kind: Entry["kind"] }[] = [];
  const end = (producer: number, kind: "abort" | "commit"): void => {
    const transaction = open.get(producer);
    if (!transaction) return;
    open.delete(producer);
    log.push({ producer, kind });
    if (kind === "commit") return;
    // In the order of their ends, as brokers keep them.
    aborted.push({ producerId: String(producer), firstOffset: String(transaction.from) });
    for (const offset of transaction.offsets) hidden.add(offset);
  };
  for (const { producer, kind } of steps) {
    if (kind === "abort" || kind === "commit") end(producer, kind);
    else {
      const offset = log.length;
      log.push({ producer, kind });
      if (kind === "plain") continue;
      const transaction = open.get(producer) ?? { from: offset, offsets: [] };
      open.set(producer, transaction);
      transaction.offsets.push(offset);
    }
  }
  // A reader of committed records is given nothing behind an open transaction.
  for (const producer of [...open.keys()]) end(producer, "abort");
  const messages = log.map(({ producer, kind }, offset): FetchedMessage => {
    const isControlRecord = kind === "abort" || kind === "commit";
    return {
      offset: String(offset),
      // Four zeros are a key like any other.
      key: isControlRecord ? MARKER[kind] : MARKER.abort,
      isControlRecord,
      batchContext: { producerId: String(producer), inTransaction: kind !== "plain" },
    };
  });
  const shown = messages.flatMap(({ isControlRecord }, offset) =>
    isControlRecord || hidden.has(offset) ? [] : [offset],
  );
  return { abortedTransactions: aborted, messages, shown };
}

const shownOf = (partition: FetchedPartition): number[] =>
  partition.messages.flatMap(({ isControlRecord, offset }) => (isControlRecord ? [] : [Number(offset)]));

test("of any number of producers' transactions in one another, what was aborted is not shown", () => {
  const step = fc.record({
    producer: fc.integer({ min: 1, max: 4 }),
    kind: fc.constantFrom("record", "record", "plain", "abort", "commit"),
  }) as fc.Arbitrary<{ producer: number; kind: Entry["kind"] }>;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const partition = fetched(steps);
      markAborted(partition);
      expect(shownOf(partition)).toEqual(partition.shown);
    }),
  );
});

test("every record is still counted, so that readers move on", () => {
  const partition = fetched([
    { producer: 1, kind: "record" },
    { producer: 1, kind: "abort" },
  ]);
  markAborted(partition);
  expect(partition.messages.map(({ isControlRecord }) => isControlRecord)).toEqual([true, true]);
  expect(partition.abortedTransactions).toEqual([]);
});
