import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Ring } from "./ring.ts";
import { HEADER_BYTES, type RingStorage } from "./ring-storage.ts";
import { MemoryRingStorage } from "./testing/memory-ring-storage.ts";

/** Entries of this test: the identity as text, padded so that lengths differ. */
const encode =
  (bootId: number) =>
  (seq: number, total: number): Buffer =>
    Buffer.from(`${bootId};${seq};${total};${"x".repeat(seq % 7)}`);

function open(store: RingStorage, capacity = 8): Ring {
  return new Ring(store, capacity);
}

function filled(presses: number, capacity = 8): { ring: Ring; store: MemoryRingStorage } {
  const store = new MemoryRingStorage();
  const ring = open(store, capacity);
  ring.beginBoot(100);
  for (let i = 0; i < presses; i++) ring.append(encode(100));
  return { ring, store };
}

function contentOf(ring: Ring): string[] {
  const all: string[] = [];
  for (let n = ring.oldest; n < ring.end; n++) {
    const entry = ring.entry(n);
    if (entry) all.push(entry.toString().split(";").slice(0, 2).join(";"));
  }
  return all;
}

test("a full ring refuses the newest: total rises, seq does not, what was stored stays", () => {
  const { ring, store } = filled(11);
  expect(ring.counters).toEqual({ bootId: 100, seq: 8, total: 11 });
  expect(contentOf(ring)).toHaveLength(8);
  expect(open(store).counters).toEqual({ bootId: 100, seq: 8, total: 11 });
  ring.acknowledge(100, 1);
  expect(ring.append(encode(100))).toBe(true);
  expect(ring.counters).toEqual({ bootId: 100, seq: 9, total: 12 });
});

test("an ACK is cumulative within its boot, and frees nothing of another", () => {
  const { ring } = filled(3);
  ring.beginBoot(200);
  for (let i = 0; i < 3; i++) ring.append(encode(200));
  expect(ring.acknowledge(200, 2)).toBe(2);
  expect(ring.pending).toEqual([
    { bootId: 100, first: 1, last: 3 },
    { bootId: 200, first: 3, last: 3 },
  ]);
  expect(ring.acknowledge(100, 99)).toBe(3);
  expect(ring.acknowledge(100, 1)).toBe(0);
  expect(ring.acknowledge(300, 1)).toBe(0);
  expect(contentOf(ring)).toEqual(["200;3"]);
});

test("the number of a reading and the reading of a number belong together", () => {
  const { ring } = filled(3);
  ring.beginBoot(200);
  ring.append(encode(200));
  const number = ring.numberOf(200, 1);
  expect(number).toBe(ring.end - 1);
  expect(number && ring.locate(number)).toEqual({ bootId: 200, seq: 1 });
  ring.acknowledge(200, 1);
  expect(ring.numberOf(200, 1)).toBeUndefined();
  expect(ring.numberOf(100, 4)).toBeUndefined();
});

test("a chip that cannot write counts the press and gives it no number", () => {
  const store = new MemoryRingStorage();
  const ring = open(store);
  ring.beginBoot(100);
  store.writeSlot = () => {
    throw new Error("ENOSPC");
  };
  expect(ring.append(encode(100))).toBe(false);
  expect(ring.counters).toEqual({ bootId: 100, seq: 0, total: 1 });
});

test("a foreign header counts as an empty chip", () => {
  const store = new MemoryRingStorage();
  store.writeHeader(Buffer.alloc(HEADER_BYTES, 0x55));
  expect(open(store).counters).toEqual({ bootId: 0, seq: 0, total: 0 });
});

/** A store that dies before its n-th write: what is written until then is what a killed process leaves. */
class DyingStore extends MemoryRingStorage {
  left: number;
  constructor(left: number) {
    super();
    this.left = left;
  }
  #spend(): void {
    if (this.left-- <= 0) throw new Error("killed");
  }
  override writeHeader(header: Buffer): void {
    this.#spend();
    super.writeHeader(header);
  }
  override writeSlot(index: number, slot: Buffer): void {
    this.#spend();
    super.writeSlot(index, slot);
  }
}

type Step =
  | { readonly kind: "press" }
  | { readonly kind: "ack"; readonly upTo: number }
  | { readonly kind: "boot" };
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Step>({ kind: "press" }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("ack" as const), upTo: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: "boot" }) },
  ),
  { maxLength: 60 },
);

describe("whatever happens, in whatever order", () => {
  test("a ring that is opened again has the same readings and the same counts", () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const store = new MemoryRingStorage();
        let ring = open(store);
        let boot = 100;
        ring.beginBoot(boot);
        for (const step of plan) {
          if (step.kind === "press") ring.append(encode(boot));
          else if (step.kind === "ack") ring.acknowledge(ring.pending[0]?.bootId ?? boot, step.upTo);
          else ring.beginBoot(++boot);
          const again = open(store);
          expect(again.counters).toEqual(ring.counters);
          expect(again.pending).toEqual(ring.pending);
          expect(contentOf(again)).toEqual(contentOf(ring));
          if (step.kind === "boot") ring = again;
        }
      }),
      { seed: 65_536, numRuns: 300 },
    );
  });

  test("killed before any write, it lacks at most the call that was running", () => {
    fc.assert(
      fc.property(steps, fc.nat(80), (plan, writes) => {
        const store = new DyingStore(Number.POSITIVE_INFINITY);
        const ring = open(store);
        let boot = 100;
        ring.beginBoot(boot);
        store.left = writes;
        let before = { counters: ring.counters, content: contentOf(ring) };
        try {
          for (const step of plan) {
            before = { counters: ring.counters, content: contentOf(ring) };
            if (step.kind === "press") ring.append(encode(boot));
            else if (step.kind === "ack") ring.acknowledge(ring.pending[0]?.bootId ?? boot, step.upTo);
            else ring.beginBoot(++boot);
          }
        } catch {
          // The process is dead: only the chip's content counts from here on.
        }
        store.left = Number.POSITIVE_INFINITY;
        const again = open(store);
        // Nothing acknowledged to the world (a press that returned) is missing, no number is given twice.
        for (const reading of contentOf(ring)) expect(contentOf(again)).toContain(reading);
        expect(again.counters.seq).toBeGreaterThanOrEqual(
          again.counters.bootId === before.counters.bootId ? before.counters.seq : 0,
        );
        expect(new Set(contentOf(again)).size).toBe(contentOf(again).length);
      }),
      { seed: 65_537, numRuns: 500 },
    );
  });
});

test("a ring that empties begins again at slot 0: its file stays as small as its longest backlog", () => {
  const slots = new Set<number>();
  const store = new MemoryRingStorage();
  const write = store.writeSlot.bind(store);
  store.writeSlot = (index, slot) => {
    slots.add(index);
    write(index, slot);
  };
  const ring = open(store, 65_536);
  ring.beginBoot(100);
  for (let i = 1; i <= 500; i++) {
    ring.append(encode(100));
    if (i % 5 === 0) ring.acknowledge(100, i);
  }
  expect(Math.max(...slots)).toBe(4);
});
