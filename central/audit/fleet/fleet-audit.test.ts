import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../../../schemas/audit.ts";
import type { AuditedEvent } from "./event.ts";
import { FLEET, FleetWorld } from "./testing/fleet-world.ts";

let world: FleetWorld;
beforeEach(async () => {
  world = await FleetWorld.begin();
});

const verdict = () =>
  world.audit.watch.verdict(world.audit.counts, world.findings.counts.open, world.clock.now());
const only =
  (sequence: number) =>
  (event: AuditedEvent): boolean =>
    event.sequence === sequence;

test("rows, repetitions and named dead letters close the equation, and nothing is found", async () => {
  for (const sequence of [1, 2, 3, 2, 3]) world.send({ sequence });
  world.send({ sequence: 1, lat: 41.9 });
  world.sendBytes(Buffer.from("{"), 1);
  await world.write();
  await world.look();
  expect(world.found).toEqual([]);
  expect(verdict()).toMatchObject({
    state: "holds",
    reasons: [],
    inKafka: 7,
    waiting: 0,
    audited: 7,
    rows: 3,
    repeated: 2,
    deadLetters: 2,
  });
});

describe("Kafka says nothing of a partition", () => {
  beforeEach(async () => {
    // The whole table was looked through: what is there later is from no time before the audit.
    await world.look();
    for (const sequence of [1, 2, 3]) world.send({ sequence });
    world.send({ vehicle: "V-2", sequence: 1 }, 1);
    await world.write();
  });

  test("for a moment: its rows are no strangers, and are held against it later", async () => {
    world.unanswered = ({ topic, partition }) => topic === FLEET && partition === 0;
    await world.look();
    expect(world.found).toEqual([]);
    world.unanswered = () => false;
    await world.look();
    expect(world.found).toEqual([]);
    expect(verdict()).toMatchObject({ state: "holds", audited: 4, rows: 4 });
  });

  test("while a group is looked at more closely: what is wrong with it is named when it does", async () => {
    await world.look();
    world.change({ sequence: 2 }, 41.5);
    world.unanswered = ({ topic, from }) => topic === FLEET && from === 0;
    await world.look();
    expect(world.found).toEqual([]);
    world.unanswered = () => false;
    await world.look();
    expect(world.found).toEqual([["altered", "V-1", 1, "2"]]);
  });
});

describe("named exactly", () => {
  beforeEach(async () => {
    for (let sequence = 1; sequence <= 9; sequence++) world.send({ sequence });
    world.send({ vehicle: "V-2", sequence: 1 }, 1);
  });

  test("an event that is no row", async () => {
    await world.write(only(5));
    await world.look();
    expect(world.found).toEqual([["lost", "V-1", 1, "5"]]);
    expect(verdict()).toMatchObject({ state: "broken" });
  });

  test("a stretch of them is one finding", async () => {
    await world.write(({ vehicle, sequence }) => vehicle === "V-1" && sequence >= 4 && sequence <= 7);
    await world.look();
    expect(world.found).toEqual([["lost", "V-1", 1, "4-7"]]);
  });

  test.each<[string, (offset: number) => Promise<void>]>([
    ["in no dead letter", async () => {}],
    ["in one about other bytes", (offset) => world.name(1, offset, Buffer.from("["))],
    ["in one about another record", (offset) => world.name(1, offset + 1, Buffer.from("{"))],
  ])("a record that is no event, and %s", async (_, name) => {
    await world.write();
    const offset = world.sendBytes(Buffer.from("{"), 1);
    await name(offset);
    world.written[1] = offset + 1;
    await world.look();
    world.keep();
    world.startAuditor();
    await world.look();
    expect(world.found).toEqual([["lost", null, null, String(offset)]]);
  });

  test("a row that says something else", async () => {
    await world.write((event) => {
      if (event.sequence !== 5) return false;
      world.store({ ...event, content: { ...event.content, speed: 31 } });
      return true;
    });
    await world.look();
    expect(world.found).toEqual([["altered", "V-1", 1, "5"]]);
    expect([...world.findings.all][0]?.detail).toContain("(speed)");
  });

  test.each<[string, () => void, readonly unknown[]]>([
    ["a row that is deleted", () => world.remove({ sequence: 5 }), ["lost", "V-1", 1, "5"]],
    ["a row that is changed", () => world.change({ sequence: 5 }, 42), ["altered", "V-1", 1, "5"]],
    [
      "a row that never was an event",
      () => world.store({ ...([...world.rows.values()][0] as AuditedEvent), sequence: 50 }),
      ["unexpected", "V-1", 1, "50"],
    ],
    ["all rows of a vehicle", () => world.remove({ vehicle: "V-2", sequence: 1 }), ["lost", "V-2", 1, "1"]],
  ])("later: %s, once, and after a restart too", async (_, tamper, expected) => {
    await world.write();
    await world.look();
    expect(world.found).toEqual([]);
    world.keep();
    world.startAuditor();
    await world.look();
    tamper();
    await world.look();
    expect(world.found).toEqual([expected]);
    world.keep();
    world.startAuditor();
    await world.look();
    expect(world.found).toEqual([expected]);
  });

  test("each of several changes, also one of an earlier row after one of a later", async () => {
    await world.write();
    await world.look();
    for (const sequence of [7, 2, 2]) {
      world.change({ sequence }, 42 + sequence);
      await world.look();
    }
    expect(world.found).toEqual([["altered", "V-1", 1, "2 7"]]);
    const [{ id, readings }] = [...world.findings.all] as [Finding];
    expect(readings).toBe(2);
    world.findings.resolve(id, { at: 0, by: "operator", reason: "a test" });
    world.change({ sequence: 2 }, 41);
    await world.look();
    expect(world.found.at(1)).toEqual(["altered", "V-1", 1, "2"]);
  });

  test("a table that was emptied", async () => {
    await world.write();
    await world.look();
    world.rows.clear();
    await world.look();
    expect(world.found).toEqual([
      ["lost", "V-1", 1, "1-9"],
      ["lost", "V-2", 1, "1"],
    ]);
  });

  test("two changes that cancel in every sum", async () => {
    await world.write();
    await world.look();
    const row = [...world.rows.values()][2] as AuditedEvent;
    world.remove({ sequence: 5 });
    world.store({ ...row, sequence: 50 });
    await world.look();
    expect(world.found).toEqual([
      ["lost", "V-1", 1, "5"],
      ["unexpected", "V-1", 1, "50"],
    ]);
  });
});

test("rows from before the audit are not known, and stay what they were", async () => {
  for (let sequence = 1; sequence <= 5; sequence++) world.send({ sequence });
  await world.write();
  // Kafka does not have them any more.
  await world.makeTopic();
  world.startAuditor();
  world.send({ sequence: 6 });
  await world.write();
  await world.look();
  expect(world.found).toEqual([]);
  world.change({ sequence: 2 }, 42);
  await world.look();
  expect(world.found).toEqual([["altered", "V-1", 1, ""]]);
});

test("what waits is in flight; a writer that stands still, or a PostgreSQL that is away, is a stall and no loss", async () => {
  world.send({ sequence: 1 });
  await world.write();
  await world.look();
  world.send({ sequence: 2 });
  await world.look(1);
  expect(verdict()).toMatchObject({ state: "holds", waiting: 1 });
  await world.look(2);
  expect(verdict()).toMatchObject({ state: "stalled", reasons: [expect.stringContaining("1 event waits")] });
  world.away = true;
  await expect(world.audit.look()).rejects.toMatchObject({ code: "DEPENDENCY_UNAVAILABLE" });
  world.audit.watch.trouble("PostgreSQL: gone", world.clock.now());
  expect(verdict()).toMatchObject({
    state: "stalled",
    reasons: [expect.stringContaining("PostgreSQL: gone")],
  });
  world.away = false;
  await world.write();
  await world.look();
  expect([verdict()?.state, world.found]).toEqual(["holds", []]);
});

test("a letter is written before the position that covers its record: a restart in between forgets none", async () => {
  const offset = world.sendBytes(Buffer.from("{"));
  await world.name(0, offset, Buffer.from("{"));
  world.send({ sequence: 1 }, 1);
  world.storeSent(1);
  world.written[1] = 1;
  await world.look();
  world.keep();
  world.startAuditor();
  world.written[0] = 1;
  await world.look();
  expect([world.found, verdict()?.deadLetters]).toEqual([[], 1]);
});

test("a table restored to an earlier state: what was a dead letter before is one", async () => {
  world.send({ sequence: 1 });
  world.sendBytes(Buffer.from("{"));
  await world.write();
  await world.look();
  const [then, rows] = [[...world.written], [...world.rows]];
  world.send({ sequence: 2 });
  await world.write();
  await world.look();
  world.written.splice(0, 2, ...then);
  world.rows.clear();
  for (const [key, row] of rows) world.rows.set(key, row);
  await world.look();
  expect([verdict()?.waiting, world.found]).toEqual([1, []]);
  await world.write();
  await world.look();
  expect(world.found).toEqual([]);
});

test("a writer that has not begun is no finding, though the topic's first records are gone", async () => {
  for (let sequence = 1; sequence <= 5; sequence++) world.send({ sequence });
  world.deleted = 3;
  await world.look();
  expect([world.found, verdict()?.waiting]).toEqual([[], 5]);
  world.written[0] = 5;
  for (const sequence of [4, 5]) world.storeSent(sequence);
  await world.look();
  expect([world.found, verdict()?.rows]).toEqual([[], 2]);
  world.send({ sequence: 6 });
  world.deleted = 6;
  await world.look();
  world.send({ sequence: 7 });
  world.written[0] = 7;
  world.storeSent(7);
  await world.look();
  expect(world.found).toEqual([["unread", null, null, "5"]]);
});

test("the audit begins again without a finding after a topic was replaced or a table restored", async () => {
  for (let sequence = 1; sequence <= 5; sequence++) world.send({ sequence });
  await world.write();
  await world.look();
  await world.makeTopic();
  for (let sequence = 6; sequence <= 20; sequence++) world.send({ sequence });
  await world.write();
  await world.look();
  expect([world.found, verdict()?.rows]).toEqual([[], 20]);
  world.rows.clear();
  world.written.fill(0);
  await world.look();
  await world.write();
  await world.look();
  expect(world.found).toEqual([]);
});

test("whatever an honest writer meets, nothing is found; one thing done to its rows is, by name", async () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant("send" as const),
      vehicle: fc.constantFrom("V-1", "V-2"),
      boot: fc.constantFrom(0, 1, 7),
      sequence: fc.integer({ min: 1, max: 12 }),
      lat: fc.constantFrom(41.8, 41.9),
    }),
    fc.constantFrom(
      { do: "junk" as const },
      { do: "write" as const },
      { do: "look" as const },
      { do: "restart" as const },
    ),
  );
  const harm = fc.record({ which: fc.nat(), how: fc.constantFrom("remove", "change") });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), harm, async (steps, { which, how }) => {
      world = await FleetWorld.begin();
      for (const one of steps) {
        if (one.do === "send") world.send(one, one.vehicle === "V-1" ? 0 : 1);
        else if (one.do === "junk") world.sendBytes(Buffer.from("[]"));
        else if (one.do === "write") await world.write();
        else if (one.do === "look") {
          await world.look(1);
          world.keep();
        } else world.startAuditor();
      }
      await world.write();
      await world.look();
      expect(world.found).toEqual([]);
      const row = [...world.rows.values()][which % Math.max(1, world.rows.size)];
      if (!row) return;
      if (how === "remove") world.remove(row);
      else world.change(row, 42);
      await world.look();
      expect(world.found).toEqual([
        [how === "remove" ? "lost" : "altered", row.vehicle, row.boot, String(row.sequence)],
      ]);
    }),
    { seed: 16, numRuns: 60 },
  );
});
