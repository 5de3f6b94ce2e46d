import fc from "fast-check";
import { expect, test } from "vitest";
import { PacketLimit } from "./packet-limit.ts";

const MAX = 1_000;
const PING = Buffer.from([0xc0, 0x00]);

/** A PUBLISH to "t" as QoS 1: what stands before its payload are 5 bytes of its remaining length. */
function publish(size: number): Buffer {
  const length: number[] = [];
  for (let rest = size + 5; ; rest >>= 7) {
    length.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) break;
  }
  return Buffer.concat([Buffer.from([0x32, ...length, 0, 1, 0x74, 0, 1]), Buffer.alloc(size, 0xff)]);
}

test("packets within the limit pass, wherever the stream is split", () => {
  const packets = fc.array(
    fc.integer({ min: -1, max: MAX - 5 }).map((size) => (size < 0 ? PING : publish(size))),
  );
  fc.assert(
    fc.property(packets, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (all, sizes) => {
      const limit = new PacketLimit(MAX);
      const stream = Buffer.concat(all);
      for (let at = 0, i = 0; at < stream.length; i++) {
        const next = at + (sizes[i % sizes.length] ?? 1);
        expect(limit.accept(stream.subarray(at, next))).toBe(true);
        at = next;
      }
    }),
    { seed: 1 },
  );
});

test("a packet too long is noticed at its length, before its body", () => {
  const header = publish(MAX - 4).subarray(0, 3);
  expect(new PacketLimit(MAX).accept(header)).toBe(false);
  const bytewise = new PacketLimit(MAX);
  expect([...header].map((byte) => bytewise.accept(Buffer.from([byte])))).toEqual([true, true, false]);
});

test("a length of more than four bytes is malformed [MQTT 3.1.1, 2.2.3]", () => {
  const zeroes = Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]);
  expect(new PacketLimit(MAX).accept(zeroes)).toBe(false);
  expect(new PacketLimit(MAX).accept(zeroes.subarray(0, 4))).toBe(true);
});
