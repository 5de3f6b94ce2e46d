import { afterEach, describe, expect, test } from "vitest";
import { CodedError } from "../../schemas/errors.ts";
import type { HelloFrame } from "../../schemas/wire/frame.ts";
import type { StoredReading } from "./ledger.ts";
import type { Outbox } from "./ports.ts";

export const DEVICE = "40380-T1";

/** A reading of `DEVICE`'s boot 7 unless said otherwise. */
export function reading(seq: number, over: Partial<StoredReading> = {}): StoredReading {
  return {
    deviceId: DEVICE,
    bootId: 7,
    seq,
    total: seq,
    serviceTime: 1_000_000 + seq,
    deviceTime: 2_000_000 + seq,
    edgeTime: 3_000_000 + seq,
    line: "blue",
    arrival: null,
    ...over,
  };
}

export function readings(from: number, to: number, over: Partial<StoredReading> = {}): StoredReading[] {
  return Array.from({ length: to - from + 1 }, (_, i) => reading(from + i, over));
}

export function hello(over: Partial<HelloFrame> = {}): HelloFrame {
  return {
    type: "hello",
    deviceId: DEVICE,
    bootId: 7,
    bootNonce: 99,
    greetNonce: 1,
    memoryBootId: 7,
    priorNumbered: 0,
    priorHappened: 0,
    seq: 0,
    total: 0,
    serviceTime: 0,
    pending: [],
    ...over,
  };
}

/** An outbox under test, which can be closed and opened again over the same data. */
export interface OpenOutbox {
  readonly outbox: Outbox;
  reopen(): Promise<Outbox>;
  destroy(): Promise<void>;
}

/** What every outbox must hold to. `limitBytes` is the limit to open it with. */
export function outboxContract(name: string, open: (limitBytes?: number) => Promise<OpenOutbox>): void {
  describe(`outbox contract: ${name}`, () => {
    let opened: OpenOutbox | undefined;
    const start = async (limitBytes?: number): Promise<Outbox> => {
      opened = await open(limitBytes);
      return opened.outbox;
    };
    const again = async (): Promise<Outbox> => {
      if (!opened) throw new Error("nothing is open");
      return opened.reopen();
    };
    afterEach(async () => {
      await opened?.destroy();
      opened = undefined;
    });
    const seqs = (outbox: Outbox, from = 1, limit = 1000): number[] =>
      outbox.peek(DEVICE, from, limit).map((q) => q.reading.seq);

    test("readings come back as they were, in order of arrival", async () => {
      const outbox = await start();
      const arrival = {
        trainId: "BL003",
        status: "broken_down",
        prevStationId: 40490,
        prevDirection: "b",
      } as const;
      await outbox.append(DEVICE, [reading(1), reading(2, { arrival })]);
      expect(outbox.peek(DEVICE, 1, 10).map((q) => q.reading)).toEqual([reading(1), reading(2, { arrival })]);
    });

    test("devices whose names begin alike have queues of their own", async () => {
      const outbox = await start();
      await Promise.all([
        outbox.append("40380-T1", readings(1, 3)),
        outbox.append("40380-T10", readings(1, 2, { deviceId: "40380-T10" })),
        outbox.append("41400-T1", readings(1, 1, { deviceId: "41400-T1" })),
      ]);
      expect(seqs(outbox)).toEqual([1, 2, 3]);
      expect(outbox.peek("40380-T10", 1, 10)).toHaveLength(2);
      expect(outbox.devices(40380)).toEqual(["40380-T1", "40380-T10"]);
      expect(outbox.size().readings).toBe(6);
    });

    test("what is released is gone, the rest stays, and positions follow", async () => {
      const outbox = await start();
      await outbox.append(DEVICE, readings(1, 10));
      outbox.release(DEVICE, 4);
      outbox.release(DEVICE, 4);
      expect(seqs(outbox)).toEqual([5, 6, 7, 8, 9, 10]);
      expect(outbox.ledger(DEVICE)).toMatchObject({ stored: 10, published: 4, head: 11, tail: 5 });
    });

    test("everything survives closing and opening", async () => {
      const first = await start();
      await first.adopt(DEVICE, hello({ seq: 9, total: 12, pending: [{ bootId: 7, first: 1, last: 9 }] }));
      await first.append(DEVICE, readings(1, 9));
      first.release(DEVICE, 2);
      const ledger = first.ledger(DEVICE);
      const second = await again();
      expect(second.ledger(DEVICE)).toEqual(ledger);
      expect(seqs(second)).toEqual([3, 4, 5, 6, 7, 8, 9]);
      await second.append(DEVICE, [reading(10)]);
      expect(seqs(second)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    });

    test("a reading out of its boot's order is never stored", async () => {
      const outbox = await start();
      await outbox.append(DEVICE, readings(1, 3));
      expect(() => outbox.append(DEVICE, [reading(3)])).toThrow(RangeError);
      expect(() => outbox.append(DEVICE, [reading(5)])).toThrow(RangeError);
      expect(seqs(outbox)).toEqual([1, 2, 3]);
    });

    test("beyond the limit nothing is stored; it takes readings again once some are released", async () => {
      const outbox = await start(64 * 1024);
      let stored = 0;
      let refused: unknown;
      while (!refused && stored < 100_000) {
        await outbox.append(DEVICE, readings(stored + 1, stored + 100)).then(
          () => {
            stored += 100;
          },
          (error: unknown) => {
            refused = error;
          },
        );
      }
      expect(refused).toMatchObject({ code: "EDGE_OUTBOX_FULL", retryable: true });
      expect(refused).toBeInstanceOf(CodedError);
      expect(outbox.size()).toMatchObject({ full: true, readings: stored });
      expect(outbox.ledger(DEVICE).stored).toBe(stored);
      outbox.release(DEVICE, stored);
      // The release shares a flush with nothing: a change of another device comes after it.
      await outbox.adopt("40380-T2", hello({ deviceId: "40380-T2" }));
      await outbox.append(DEVICE, readings(stored + 1, stored + 5));
      expect(outbox.size()).toMatchObject({ full: false, readings: 5 });
    });

    test("a reading set aside leaves the queue, is listed with its reason, and counts apart", async () => {
      const outbox = await start();
      await outbox.append(DEVICE, readings(1, 3));
      await outbox.quarantine(DEVICE, 2, "TOO_LARGE");
      expect(seqs(outbox)).toEqual([1, 2, 3]);
      await outbox.quarantine(DEVICE, 1, "TOO_LARGE");
      expect(seqs(outbox)).toEqual([2, 3]);
      expect(outbox.ledger(DEVICE)).toMatchObject({ stored: 3, published: 0, quarantined: 1 });
      expect(outbox.quarantined(40380)).toMatchObject([{ n: 1, code: "TOO_LARGE", reading: reading(1) }]);
      expect((await again()).quarantined(40380)).toHaveLength(1);
    });

    test("one agent per station: the second is told who the first is, and a dead one's place is taken", async () => {
      const outbox = await start();
      const living = { pid: process.pid, started: "" };
      const { boot, box } = outbox.claim(40380, living);
      expect(() => outbox.claim(40380, { pid: 1, started: "2" })).toThrow(
        expect.objectContaining({ code: "ALREADY_RUNNING", context: { stationId: 40380, pid: process.pid } }),
      );
      outbox.claim(40710, { pid: 2 ** 30, started: "0" });
      const second = outbox.claim(40710, living).boot;
      expect(outbox.claim(40710, living).boot).toBeGreaterThan(second);
      const reopened = await again();
      const later = reopened.claim(40380, living);
      expect(later.boot).toBeGreaterThan(boot);
      expect(later.box).toBe(box);
      expect(reopened.claim(40710, living).box).not.toBe(box);
    });
  });
}
