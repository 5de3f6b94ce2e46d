import { expect, test } from "vitest";
import type { InRecord } from "../../../runtime/kafka/ports.ts";
import { ManualClock } from "../../../runtime/testing/manual-clock.ts";
import type { QueryPosition } from "../isolation/deaths.ts";
import { Work, watched } from "./work.ts";

const record = (offset: number): InRecord =>
  ({ topic: "s", partition: 0, offset, key: null, value: null, timestamp: 0, headers: {} }) as InRecord;

test("a query whose records take long gives way to others, and its mark is set again when it goes on", async () => {
  const clock = new ManualClock();
  const marks: (string | undefined)[] = [];
  const mark = { set: (at: QueryPosition | null) => void marks.push(at?.query) };
  const slow = new Work("SLOW", mark, clock);
  const quick = new Work("QUICK", mark, clock);
  const done: string[] = [];
  const task = watched(
    {
      restore() {},
      async process(records) {
        slow.begin(records);
        for (const { offset } of records) {
          const turn = slow.turn();
          if (turn) await turn;
          clock.advance(30);
          done.push(`slow ${offset}`);
        }
        return [];
      },
    },
    slow,
  );
  setImmediate(() => {
    quick.begin([record(9)]);
    done.push("quick");
    quick.end();
  });
  const working = task.process([record(0), record(1), record(2), record(3)]);
  await working;
  // Within 50 ms another record begins; behind that, others come first.
  expect(done).toEqual(["slow 0", "slow 1", "quick", "slow 2", "slow 3"]);
  expect(marks).toEqual(["SLOW", "QUICK", undefined, "SLOW", undefined]);
});

test("a batch that fails leaves no mark behind", async () => {
  const marks: (QueryPosition | null)[] = [];
  const work = new Work("Q", { set: (at) => void marks.push(at) }, new ManualClock());
  const task = watched(
    {
      restore() {},
      process(records) {
        work.begin(records);
        throw new Error("no luck");
      },
    },
    work,
  );
  await expect(task.process([record(5)])).rejects.toThrow("no luck");
  expect(marks.at(-1)).toBeNull();
});
