import { describe, expect, test } from "vitest";
import { MAX_PENDING_BOOTS } from "../../schemas/wire/frame.ts";
import { DEVICE, hello } from "./contract.ts";
import {
  adopt,
  emptyLedger,
  hear,
  type Ledger,
  MAX_BOOTS,
  markOf,
  record,
  release,
  setAside,
} from "./ledger.ts";

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
    expect(markOf(ledger, 20)?.stored).toBe(0);
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
