import { expect, test } from "vitest";
import type { Verdict } from "../../../../schemas/audit.ts";
import { formatReading } from "../../../../schemas/topics.ts";
import type { RecordPlace } from "./inputs.ts";
import { Trail } from "./trail.ts";

const TOPIC = "org.chicago.cta.turnstiles";
const place = (offset: number, header: string | undefined, partition = 0): RecordPlace => {
  return { topic: TOPIC, partition, offset, at: 1_000 + offset, header };
};
const reading = (offset: number, seq: number, deviceId = "40380-T1", bootId = 7): RecordPlace =>
  place(offset, formatReading(deviceId, bootId, seq, seq));

test("a reading is found by its identity, while it is among the newest of its device", () => {
  const trail = new Trail();
  for (let seq = 1; seq <= 100; seq++) trail.reading(reading(seq * 2, seq));
  trail.reading(reading(500, 1, "40380-T1", 8));
  expect(trail.find({ deviceId: "40380-T1", bootId: 7, seq: 100 })?.offset).toBe(200);
  expect(trail.find({ deviceId: "40380-T1", bootId: 7, seq: 1 })).toBeUndefined();
  expect(trail.find({ deviceId: "40380-T1", bootId: 9, seq: 100 })).toBeUndefined();
  expect(trail.newest("40380-T1")).toMatchObject({ bootId: 8, seq: 1 });
});

test("records that name no reading are passed over", () => {
  const trail = new Trail();
  trail.reading(undefined);
  trail.reading(place(1, undefined));
  trail.reading(place(2, "somebody's own record"));
  expect(trail.all()).toEqual([]);
});

test("the newest of each device, newest first", () => {
  const trail = new Trail();
  trail.reading(reading(1, 1));
  trail.reading(reading(2, 1, "40380-T2"));
  trail.reading(reading(3, 2));
  expect(trail.all().map(({ deviceId, seq }) => `${deviceId} ${seq}`)).toEqual(["40380-T1 2", "40380-T2 1"]);
});

test("the row that has a record in is the first whose cut is beyond it, in its partition", () => {
  const trail = new Trail();
  trail.row(40380, place(1, "0:5"));
  trail.row(40380, place(2, "1:50"));
  trail.row(40380, place(3, "0:9,1:60"));
  trail.row(40380, place(4, "0:12"));
  trail.row(41660, place(5, undefined));
  const row = (offset: number, partition = 0) => trail.summed(40380, { partition, offset })?.place.offset;
  expect([row(4), row(5), row(8), row(9), row(12)]).toEqual([1, 3, 3, 4, undefined]);
  expect([row(49, 1), row(50, 1)]).toEqual([2, 3]);
  expect(trail.summed(41660, { partition: 0, offset: 0 })).toBeUndefined();
});

test("when an auditor had read a record is told where a verdict of before is known", () => {
  const trail = new Trail();
  const verdict = (asOf: number, next: number): Verdict =>
    ({ asOf, positions: { [TOPIC]: [next] } }) as unknown as Verdict;
  const at = (offset: number) => trail.auditedAt(place(offset, undefined));
  trail.verdict(null);
  expect(at(0)).toBeUndefined();
  trail.verdict(verdict(1_000, 5));
  trail.verdict(verdict(1_000, 5));
  trail.verdict(verdict(2_000, 8));
  expect([at(4), at(5), at(7), at(8)]).toEqual([null, 2_000, 2_000, undefined]);
});
