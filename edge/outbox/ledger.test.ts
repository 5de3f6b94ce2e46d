import { describe, expect, test } from "vitest";
import { MAX_PENDING_BOOTS } from "../../schemas/wire/frame.ts";
import { adopt, hear } from "./hello-books.ts";
import { emptyLedger, type Ledger, MAX_LOSSES, MAX_MEMORIES, upgraded } from "./ledger.ts";
import { MAX_BOOTS, markOf } from "./marks.ts";
import { DEVICE, hello } from "./outbox.contract.ts";
import { record, release, setAside } from "./queue-books.ts";

function recorded(ledger: Ledger, bootId: number, from: number, to: number): Ledger {
  let next = ledger;
  for (let seq = from; seq <= to; seq++) next = record(next, { bootId, seq });
  return next;
}

describe("positions count the device's whole memory", () => {
  test("a device known from its first reading: stored and published follow, nothing is forgotten", () => {
    let ledger = adopt(
      emptyLedger(DEVICE),
      hello({ seq: 3, total: 5, pending: [{ bootId: 7, first: 1, last: 3 }] }),
    );
    ledger = release(recorded(ledger, 7, 1, 3), 2);
    expect(ledger).toMatchObject({ numbered: 3, happened: 5, stored: 3, published: 2, forgotten: 0 });
  });

  test("an outbox that is new to an old device begins at what the device no longer holds", () => {
    const said = hello({
      bootId: 9,
      priorNumbered: 100,
      priorHappened: 120,
      seq: 10,
      total: 10,
      pending: [
        { bootId: 8, first: 41, last: 50 },
        { bootId: 9, first: 4, last: 10 },
      ],
    });
    let ledger = adopt(emptyLedger(DEVICE), said);
    expect(ledger).toMatchObject({ numbered: 110, happened: 130, stored: 93, published: 93, forgotten: 93 });
    ledger = recorded(recorded(ledger, 8, 41, 50), 9, 4, 10);
    expect(ledger.stored).toBe(ledger.numbered);
  });

  test("a HELLO repeated says nothing new", () => {
    const said = hello({ seq: 4, total: 4, pending: [{ bootId: 7, first: 1, last: 4 }] });
    const ledger = recorded(adopt(emptyLedger(DEVICE), said), 7, 1, 2);
    expect(adopt(ledger, said)).toEqual(ledger);
  });

  test("a HELLO that names as many boots as fit hides others: nothing is concluded from silence", () => {
    const pending = Array.from({ length: MAX_PENDING_BOOTS }, (_, i) => ({
      bootId: i + 1,
      first: 1,
      last: 2,
    }));
    const ledger = adopt(
      emptyLedger(DEVICE),
      hello({ bootId: 20, memoryBootId: 1, priorNumbered: 40, seq: 5, pending }),
    );
    expect(ledger).toMatchObject({ stored: 0, forgotten: 0 });
    expect(markOf(ledger.boots, 20)?.stored).toBe(0);
  });

  test("a new memory counts from its own beginning; the old one's waiting readings count no more", () => {
    let ledger = recorded(adopt(emptyLedger(DEVICE), hello({ seq: 3 })), 7, 4, 6);
    ledger = adopt(ledger, hello({ bootId: 30, memoryBootId: 30, seq: 0 }));
    expect(ledger).toMatchObject({ numbered: 0, stored: 0, published: 0 });
    ledger = recorded(ledger, 30, 1, 2);
    ledger = setAside(release(ledger, ledger.tail + 3));
    expect(ledger).toMatchObject({ stored: 2, published: 1, quarantined: 1 });
  });
});

test("a heartbeat of another memory changes nothing; one that came late does not count back", () => {
  const ledger = adopt(emptyLedger(DEVICE), hello({ seq: 5, total: 6 }));
  expect(hear(ledger, hello({ memoryBootId: 8, seq: 50 }))).toBe(ledger);
  expect(hear(ledger, hello({ seq: 4, total: 4 }))).toBe(ledger);
});

test("marks of the newest boots are kept", () => {
  let ledger = emptyLedger(DEVICE);
  for (let bootId = 1; bootId <= MAX_BOOTS + 5; bootId++) ledger = record(ledger, { bootId, seq: 1 });
  expect(ledger.boots).toHaveLength(MAX_BOOTS);
  expect(ledger.boots[0]?.bootId).toBe(6);
});

describe("another memory on the line", () => {
  const first = (): Ledger =>
    recorded(
      adopt(emptyLedger(DEVICE), hello({ bootId: 900, memoryBootId: 900, seq: 10, total: 10 })),
      900,
      11,
      14,
    );
  const second = hello({
    bootId: 5,
    memoryBootId: 5,
    bootNonce: 1,
    seq: 3,
    total: 4,
    pending: [{ bootId: 5, first: 1, last: 3 }],
  });

  test("counts for itself although its boot ids are lower: a HELLO decides, not the greater number", () => {
    let ledger = recorded(adopt(first(), second), 5, 1, 3);
    expect(ledger).toMatchObject({
      memoryBootId: 5,
      bootId: 5,
      numbered: 3,
      happened: 4,
      stored: 3,
      published: 0,
    });
    // A later boot of it, greater than those of the memory before.
    ledger = adopt(
      ledger,
      hello({ bootId: 1_000, memoryBootId: 5, priorNumbered: 3, priorHappened: 4, seq: 0 }),
    );
    ledger = recorded(ledger, 1_000, 1, 2);
    expect(ledger).toMatchObject({ bootId: 1_000, numbered: 5, stored: 5, forgotten: 0 });
  });

  test("readings of the memory before that still wait are published to its account", () => {
    let ledger = recorded(adopt(first(), second), 5, 1, 3);
    ledger = release(ledger, 5, [
      { bootId: 900, seq: 14, readings: 4 },
      { bootId: 5, seq: 1, readings: 1 },
    ]);
    expect(ledger).toMatchObject({
      published: 1,
      earlier: [{ memoryBootId: 900, stored: 14, published: 14 }],
    });
    expect(markOf(ledger.boots, 5)).toMatchObject({ stored: 3, published: 1 });
    ledger = setAside(ledger, { bootId: 5, seq: 2 });
    expect(ledger).toMatchObject({
      published: 1,
      quarantined: 1,
      losses: [expect.anything(), { reason: "quarantine", bootId: 5, from: 2, to: 2 }],
    });
  });

  test("what the one before had numbered and not given is named, until it comes back", () => {
    const before = hear(first(), hello({ bootId: 900, memoryBootId: 900, seq: 20, total: 21 }));
    const gone = adopt(before, second);
    expect(gone).toMatchObject({ erased: 6, numbered: 3 });
    expect(gone.losses).toContainEqual({ reason: "erased-memory", bootId: 900, from: 15, to: 20 });
    const back = adopt(
      gone,
      hello({
        bootId: 900,
        memoryBootId: 900,
        seq: 20,
        total: 21,
        pending: [{ bootId: 900, first: 15, last: 20 }],
      }),
    );
    expect(back).toMatchObject({ erased: 3, numbered: 20, stored: 14, forgotten: 10 });
    expect(back.losses.map((loss) => [loss.bootId, loss.reason])).toEqual([
      [900, "vanished-outbox"],
      [5, "erased-memory"],
    ]);
  });

  test("however often it changes, little is kept of it", () => {
    let ledger = emptyLedger(DEVICE);
    for (let i = 1; i <= 100; i++) {
      ledger = adopt(
        ledger,
        hello({ bootId: i, memoryBootId: i, seq: 2, pending: [{ bootId: i, first: 1, last: 2 }] }),
      );
    }
    expect(ledger.earlier).toHaveLength(MAX_MEMORIES);
    expect(ledger.losses).toHaveLength(MAX_LOSSES);
    expect(ledger.erased).toBe(198);
  });
});

test("readings set aside one after the other are one loss, so that all have their names", () => {
  let ledger = recorded(adopt(emptyLedger(DEVICE), hello()), 7, 1, 100);
  for (let seq = 1; seq <= 60; seq++) ledger = setAside(ledger, { bootId: 7, seq });
  ledger = release(ledger, ledger.tail, [{ bootId: 7, seq: 61, readings: 1 }]);
  for (let seq = 62; seq <= 90; seq++) ledger = setAside(ledger, { bootId: 7, seq });
  expect(ledger.losses).toEqual([
    { reason: "quarantine", bootId: 7, from: 1, to: 60 },
    { reason: "quarantine", bootId: 7, from: 62, to: 90 },
  ]);
});

test("each boot has claims of its own: where it begins, what is stored, what has its PUBACK", () => {
  let ledger = adopt(
    emptyLedger(DEVICE),
    hello({
      bootId: 9,
      priorNumbered: 50,
      seq: 6,
      total: 8,
      pending: [
        { bootId: 8, first: 41, last: 50 },
        { bootId: 9, first: 4, last: 6 },
      ],
    }),
  );
  ledger = recorded(recorded(ledger, 8, 41, 50), 9, 4, 6);
  ledger = release(ledger, 11, [
    { bootId: 8, seq: 50, readings: 10 },
    { bootId: 9, seq: 4, readings: 1 },
  ]);
  expect(ledger.boots).toMatchObject([
    { bootId: 8, memoryBootId: 7, numbered: 50, first: 41, stored: 50, published: 50 },
    { bootId: 9, memoryBootId: 7, numbered: 6, happened: 8, first: 4, stored: 6, published: 4 },
  ]);
  expect(ledger.losses).toEqual([
    { reason: "vanished-outbox", bootId: 8, from: 1, to: 40 },
    { reason: "vanished-outbox", bootId: 9, from: 1, to: 3 },
  ]);
});

test("a ledger that an older version stored goes on with its counts, and claims nothing that it does not know", () => {
  const old = {
    ...{ deviceId: DEVICE, memoryBootId: 7, bootId: 7, numbered: 12, happened: 13, stored: 12, published: 9 },
    ...{ quarantined: 0, forgotten: 0, head: 13, tail: 10, memoryFrom: 1 },
    boots: [{ bootId: 7, nonce: 99, stored: 12 }],
  } as unknown as Ledger;
  let ledger = upgraded(old);
  expect(ledger).toMatchObject({ ...old, boots: [{ stored: 12, published: null, memoryBootId: null }] });
  ledger = release(recorded(ledger, 7, 13, 13), 10, [{ bootId: 7, seq: 10, readings: 1 }]);
  expect(ledger).toMatchObject({ stored: 13, published: 10, boots: [{ stored: 13, published: 10 }] });
});
