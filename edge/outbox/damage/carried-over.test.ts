import { describe, expect, test } from "vitest";
import { type Random, seededRandom } from "../../../infra/runtime/random.ts";
import { adopt } from "../hello-books.ts";
import { emptyLedger, type Ledger } from "../ledger.ts";
import { markOf } from "../marks.ts";
import { DEVICE, hello } from "../outbox.contract.ts";
import { record, release, setAside } from "../queue-books.ts";
import { type CarriedOver, carriedOver, type FoundReadings } from "./carried-over.ts";

/** Books and queue of a device that was heard of as an agent hears of it. */
class Bench {
  ledger: Ledger = adopt(emptyLedger(DEVICE), hello());
  queue: FoundReadings[] = [];
  aside: FoundReadings[] = [];

  store(bootId: number, readings: number): this {
    for (let i = 0; i < readings; i++) {
      const seq = (markOf(this.ledger.boots, bootId)?.stored ?? 0) + 1;
      this.queue.push({ n: this.ledger.head, bootId, seq });
      this.ledger = record(this.ledger, { bootId, seq });
    }
    return this;
  }

  /** The device starts again, with nothing in its memory that is not stored. */
  reboot(bootId: number): this {
    const priorNumbered = this.ledger.numbered;
    this.ledger = adopt(this.ledger, hello({ bootId, bootNonce: bootId, priorNumbered }));
    return this;
  }

  release(readings: number): this {
    const gone = this.queue.splice(0, readings);
    const last = gone.at(-1);
    if (!last) return this;
    const leaving = gone.map(({ bootId, seq }) => ({ bootId, seq, readings: 1 }));
    this.ledger = release(this.ledger, last.n, leaving);
    return this;
  }

  refuse(): this {
    const [reading] = this.queue.splice(0, 1);
    if (!reading) return this;
    this.aside.push(reading);
    this.ledger = setAside(this.ledger, reading);
    return this;
  }

  /** What is made of it when these readings of the queue, by position, are lost. */
  without(isLost: (position: number) => boolean, ledger: Ledger | null = this.ledger): CarriedOver {
    const found = this.queue.filter((_, position) => !isLost(position));
    const quarantine = { lastN: this.aside.at(-1)?.n ?? 0, count: this.aside.length };
    return carriedOver(DEVICE, ledger, found, quarantine);
  }
}

describe("the books after damage", () => {
  test("nothing is lost: nothing changes", () => {
    const bench = new Bench().store(7, 10).release(4);
    expect(bench.without(() => false)).toEqual({ ledger: bench.ledger, firstN: 5, lost: 0 });
  });

  test("readings lost in the middle and at the front are named and not waited for", () => {
    const bench = new Bench().store(7, 10).release(2);
    // 3 to 10 wait; 3, 6 and 7 are lost.
    const { ledger, firstN, lost } = bench.without((position) => [0, 3, 4].includes(position));
    expect({ firstN, lost }).toEqual({ firstN: 6, lost: 3 });
    expect(ledger).toMatchObject({ head: 11, tail: 6, stored: 10, published: 5, forgotten: 3 });
    expect(ledger.losses).toEqual([
      { reason: "vanished-outbox", bootId: 7, from: 3, to: 3 },
      { reason: "vanished-outbox", bootId: 7, from: 6, to: 7 },
    ]);
    expect(markOf(ledger.boots, 7)).toMatchObject({ stored: 10, published: 3 });
  });

  test("readings lost at the end of a boot are as if they had never come: a device that has them sends them again", () => {
    const bench = new Bench().store(7, 10).release(2);
    const { ledger } = bench.without((position) => position >= 5);
    expect(ledger).toMatchObject({ stored: 7, published: 2, forgotten: 0, losses: [] });
    const heard = adopt(ledger, hello({ seq: 10, pending: [{ bootId: 7, first: 8, last: 10 }] }));
    expect(heard).toMatchObject({ stored: 7, forgotten: 0, losses: [] });
    expect(record(heard, { bootId: 7, seq: 8 })).toMatchObject({ stored: 8 });
  });

  test("and are named when the device has them no more, also those of an earlier boot", () => {
    const bench = new Bench().store(7, 10).reboot(9).store(9, 5).release(8);
    const { ledger } = bench.without((position) => position <= 1 || position >= 5);
    expect(ledger).toMatchObject({ stored: 11, published: 8, head: 16, tail: 13 });
    const heard = adopt(ledger, hello({ bootId: 9, bootNonce: 9, priorNumbered: 10, seq: 5 }));
    expect(heard).toMatchObject({ stored: 15, published: 12, forgotten: 4 });
    expect(heard.losses).toEqual([
      { reason: "vanished-outbox", bootId: 9, from: 4, to: 5 },
      { reason: "vanished-outbox", bootId: 7, from: 9, to: 10 },
    ]);
  });

  test("books that are lost are made again from the queue; arrival numbers of what was set aside are not used twice", () => {
    const bench = new Bench().store(7, 3).refuse().release(2).store(7, 4);
    const { ledger, firstN, lost } = bench.without((position) => position === 1, null);
    expect({ firstN, lost }).toEqual({ firstN: 5, lost: 1 });
    expect(ledger).toMatchObject({ head: 8, tail: 5, stored: 5, published: 1, quarantined: 1, forgotten: 1 });
    expect(ledger.losses).toEqual([{ reason: "vanished-outbox", bootId: 7, from: 5, to: 5 }]);
    // Whether 2 and 3 were published is unknown, so they are forgotten too.
    const heard = adopt(ledger, hello({ seq: 7 }));
    expect(heard).toMatchObject({ memoryBootId: 7, stored: 7, published: 3, forgotten: 3, numbered: 7 });
    const none = carriedOver(DEVICE, null, [], { lastN: 6, count: 2 });
    expect(none.ledger).toMatchObject({ head: 7, tail: 7, stored: 2, quarantined: 2 });
  });

  test("books of an older version, which do not say what was published of a boot", () => {
    const bench = new Bench().store(7, 10).release(2);
    const boots = bench.ledger.boots.map((mark) => ({ ...mark, published: null }));
    const old = { ...bench.ledger, boots };
    expect(bench.without((position) => position === 0 || position === 4, old)).toMatchObject({
      lost: 2,
      ledger: { published: 4, forgotten: 2, losses: [{ from: 7, to: 7 }] },
    });
    expect(bench.without(() => true, old).ledger).toMatchObject({ published: 10, forgotten: 8, losses: [] });
  });

  test("a hole that has a name already is not named again, however wide", () => {
    const bench = new Bench().store(7, 5);
    bench.ledger = adopt(bench.ledger, hello({ seq: 2 ** 40 }));
    bench.store(7, 5);
    const { ledger, lost } = bench.without((position) => position === 5);
    expect(lost).toBe(1);
    expect(ledger.losses).toEqual([{ reason: "vanished-outbox", bootId: 7, from: 6, to: 2 ** 40 + 1 }]);
  });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "any work, any loss: every reading is in the queue, named, or to come again (%i)",
  (seed) => {
    const random = seededRandom(seed, "carried-over");
    const upTo = (n: number): number => Math.floor(random() * n);
    for (let round = 0; round < 40; round++) {
      const bench = worked(random);
      const share = random();
      const from = upTo(bench.queue.length + 1);
      const inOne = random() < 0.5;
      const isLost = (at: number): boolean => (inOne ? at >= from && at < from + 20 : random() < share);
      const gone = new Set(bench.queue.map((_, at) => at).filter(isLost));
      const hasBooks = random() < 0.7;
      const { ledger, firstN } = bench.without((at) => gone.has(at), hasBooks ? bench.ledger : null);
      const kept = bench.queue.filter((_, at) => !gone.has(at));
      expect(ledger.head - firstN).toBe(kept.length);
      expect(ledger.tail).toBe(firstN);
      const { stored, published, quarantined, head, tail } = ledger;
      expect(stored - published - quarantined).toBe(head - tail);
      if (!hasBooks) continue;
      expect(ledger.head).toBe(bench.ledger.head);
      for (const at of gone) {
        const { bootId, seq } = bench.queue[at] as FoundReadings;
        const isNamed = ledger.losses.some((l) => l.bootId === bootId && l.from <= seq && seq <= l.to);
        const comesAgain = seq > (markOf(ledger.boots, bootId)?.stored ?? 0);
        const hadRoom = ledger.losses.length < 32;
        if (hadRoom)
          expect({ bootId, seq, known: isNamed || comesAgain }).toEqual({ bootId, seq, known: true });
      }
      for (const { bootId, seq } of kept) {
        expect(markOf(ledger.boots, bootId)?.stored).toBeGreaterThanOrEqual(seq);
        expect(ledger.losses.some((l) => l.bootId === bootId && l.from <= seq && seq <= l.to)).toBe(false);
      }
    }
  },
);

function worked(random: Random): Bench {
  const bench = new Bench();
  let boot = 7;
  for (let i = 0; i < 12; i++) {
    const dice = random();
    if (dice < 0.5) bench.store(boot, Math.floor(random() * 30));
    else if (dice < 0.8) bench.release(Math.floor(random() * 30));
    else if (dice < 0.9) bench.refuse();
    else bench.reboot(++boot);
  }
  return bench;
}
