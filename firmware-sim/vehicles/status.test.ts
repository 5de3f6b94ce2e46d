import { expect, test } from "vitest";
import { type DatabaseTotals, statusText, verdictOf } from "./status.ts";

const TOTALS: DatabaseTotals = {
  rows: 90,
  inserted: 90,
  duplicates: 8,
  deadLetters: 2,
  skipped: 0,
  read: 100,
  readNow: 100,
  ownRows: 90,
};
const status = (totals: Partial<DatabaseTotals> = {}, inKafka: number | null = 100) => ({
  database: { ...TOTALS, ...totals },
  inKafka,
  fleet: null,
});

test("every record is a row, a duplicate or a dead letter", () => {
  expect(verdictOf(status())).toBe("holds");
  expect(verdictOf(status({}, 110))).toBe("catching up: 10 wait in Kafka");
  expect(verdictOf(status({ duplicates: 7 }))).toContain("BROKEN: 100 records were read and 99");
  expect(verdictOf(status({ rows: 89 }))).toContain("BROKEN: 90 rows were inserted and the table has 89");
  expect(verdictOf(status({ skipped: 5, read: 105 }))).toContain("INCOMPLETE: 5 offsets");
  // A topic made again: what was read of the old one is no lead.
  expect(verdictOf(status({ readNow: 40 }, 45))).toBe("catching up: 5 wait in Kafka");
  expect(verdictOf(status({}, 45))).toContain("catching up: the topic was made again");
  expect(verdictOf(status({}, null))).toContain("unknown");
});

test("what does not answer is a question mark", () => {
  const text = statusText({ database: null, inKafka: null, fleet: null });
  expect(text).toContain("in PostgreSQL           ?");
  expect(text).toContain("none run here");
});
