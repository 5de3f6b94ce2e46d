import fc from "fast-check";
import { expect, test } from "vitest";
import type { InRecord, LogReader, Looked } from "../../../../infra/runtime/kafka/ports.ts";
import { formatReading, HEADERS } from "../../../../schemas/topics.ts";
import { findRecord } from "./find-record.ts";
import { cleanOf, rawWithin } from "./raw-search.ts";

const DEVICES = ["40380-T1", "40380-T2", "41660-T1"];

/** A partition whose looks bring so many records, with the offsets of the markers of transactions between them. */
function partition(
  records: readonly InRecord[],
  start: number,
  end: number,
  most: number,
): LogReader & { looks: number } {
  const reader = {
    looks: 0,
    async look([at]: Parameters<LogReader["look"]>[0]): Promise<Looked[]> {
      reader.looks++;
      if (!at) return [];
      const of = { topic: at.topic, topicId: undefined, partition: at.partition, unreadable: [], start, end };
      if (at.from < start) return [{ ...of, records: [], next: start }];
      const some = records.filter(({ offset }) => offset >= at.from).slice(0, most);
      const last = some.at(-1);
      const all = last === undefined || last === records.at(-1);
      return [{ ...of, records: some, next: all ? end : last.offset + 1 }];
    },
    async stop() {},
  };
  return reader;
}

function recordOf(offset: number, deviceId: string, seq: number): InRecord {
  const headers = { [HEADERS.reading]: formatReading(deviceId, 7, seq, seq) };
  return { topic: "t", partition: 0, offset, timestamp: 1_000 * offset, key: null, value: null, headers };
}

/** Readings of three devices, each in order, with gaps between the offsets. */
const log = fc
  .array(fc.record({ device: fc.nat(2), gap: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 1,
    maxLength: 400,
  })
  .chain((steps) => fc.tuple(fc.constant(steps), fc.nat(steps.length - 1)))
  .map(([steps, deleted]) => {
    const seqs = [0, 0, 0];
    let offset = 0;
    const records = steps.map(({ device, gap }) => {
      offset += gap;
      seqs[device] = (seqs[device] ?? 0) + 1;
      return recordOf(offset, DEVICES[device] ?? "", seqs[device] ?? 0);
    });
    const kept = records.slice(deleted);
    return { kept, gone: records.slice(0, deleted), start: kept[0]?.offset ?? 0, end: offset + 2 };
  });

const sought = ({ headers }: InRecord) => {
  const [deviceId = "", , seq] = (headers[HEADERS.reading] ?? "").split(";");
  return { deviceId, bootId: 7, seq: Number(seq) };
};

test("every record that is there is found, and none that is not", async () => {
  await fc.assert(
    fc.asyncProperty(
      log,
      fc.integer({ min: 1, max: 30 }),
      fc.nat(),
      async ({ kept, gone, start, end }, most, n) => {
        const record = kept[n % kept.length] as InRecord;
        const find = (one: InRecord) =>
          findRecord(partition(kept, start, end, most), "t", 0, cleanOf(sought(one)));
        // What the bound on looks does not reach may stay unfound, but nothing else is ever taken for it.
        const found = await find(record);
        if (most >= 10) expect(found).toEqual(record);
        else expect([undefined, record]).toContainEqual(found);
        for (const one of gone.slice(-1)) expect(await find(one)).toBeUndefined();
        const later = { ...recordOf(end, DEVICES[0] ?? "", kept.length + gone.length + 1) };
        expect(await find(later)).toBeUndefined();
      },
    ),
  );
});

test("of a long topic few looks are taken", async () => {
  const records = Array.from({ length: 100_000 }, (_, i) =>
    recordOf(i, DEVICES[i % 3] ?? "", Math.floor(i / 3) + 1),
  );
  const reader = partition(records, 0, records.length, 50);
  expect(
    (await findRecord(reader, "t", 0, cleanOf({ deviceId: "40380-T2", bootId: 7, seq: 20_001 })))?.offset,
  ).toBe(60_001);
  expect(reader.looks).toBeLessThan(20);
});

test("by time, records outside of the window are not decoded, and inside it all are looked through", async () => {
  const records = Array.from({ length: 1_000 }, (_, i) => recordOf(i, "40380-T1", i + 1));
  const reader = partition(records, 0, 1_000, 20);
  const compare = rawWithin({ deviceId: "40380-T1", bootId: 7, seq: 1 }, { from: 500_000, to: 600_000 });
  // Their values are no batches, so none is the one.
  expect(await findRecord(reader, "t", 0, compare)).toBeUndefined();
  expect(reader.looks).toBeLessThan(40);
});
