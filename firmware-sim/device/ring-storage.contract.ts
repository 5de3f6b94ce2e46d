import { describe, expect, test } from "vitest";
import { HEADER_BYTES, type RingStorage, SLOT_BYTES } from "./ring-storage.ts";

const header = (fill: number): Buffer => Buffer.alloc(HEADER_BYTES, fill);
const slot = (fill: number): Buffer => Buffer.alloc(SLOT_BYTES, fill);

/**
 * @param open - an empty store, and a way to open its content again as after the death of the process: without
 * `close`, without any last word.
 */
export function storeContract(
  name: string,
  open: () => { store: RingStorage; reopen: () => RingStorage },
): void {
  describe(`RingStorage: ${name}`, () => {
    test("an empty chip has no header and zeros in its slots", () => {
      const { store } = open();
      expect(store.readHeader()).toBeUndefined();
      expect(store.readSlots(0, 1)).toEqual(slot(0));
      expect(store.readSlots(65_535, 1)).toEqual(slot(0));
    });

    test("what was written is there after the process died", () => {
      const { store, reopen } = open();
      store.writeHeader(header(1));
      store.writeSlot(0, slot(7));
      store.writeSlot(65_535, slot(9));
      const again = reopen();
      expect(again.readHeader()).toEqual(header(1));
      expect(again.readSlots(0, 1)).toEqual(slot(7));
      expect(again.readSlots(0, 2)).toEqual(Buffer.concat([slot(7), slot(0)]));
      expect(again.readSlots(65_535, 1)).toEqual(slot(9));
    });

    test("the newest header counts, however often it was written and reopened", () => {
      let { store, reopen } = open();
      for (let i = 1; i <= 20; i++) {
        store.writeHeader(header(i));
        if (i % 3 === 0) store = reopen();
        expect(store.readHeader()).toEqual(header(i));
      }
    });

    test("bytes handed in or out are copies", () => {
      const { store } = open();
      const mine = slot(1);
      store.writeSlot(3, mine);
      mine.fill(2);
      store.readSlots(3, 1).fill(4);
      expect(store.readSlots(3, 1)).toEqual(slot(1));
    });

    test("an erased chip is empty", () => {
      const { store, reopen } = open();
      store.writeHeader(header(1));
      store.writeSlot(5, slot(1));
      store.erase();
      expect(store.readHeader()).toBeUndefined();
      expect(reopen().readSlots(5, 1)).toEqual(slot(0));
      store.writeHeader(header(2));
      expect(reopen().readHeader()).toEqual(header(2));
    });

    test("another size is a programming error, not half a write", () => {
      const { store } = open();
      expect(() => store.writeHeader(Buffer.alloc(3))).toThrow(RangeError);
      expect(() => store.writeSlot(0, Buffer.alloc(3))).toThrow(RangeError);
    });
  });
}
