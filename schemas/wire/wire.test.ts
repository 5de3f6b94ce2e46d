import fc from "fast-check";
import { expect, test } from "vitest";
import { isCoded } from "../errors.ts";
import { cobsDecode, cobsEncode } from "./cobs.ts";
import { encodeFrame } from "./codec.ts";
import { type DecodedFrame, FrameDecoder } from "./decoder.ts";
import { type Frame, MAX_FRAME_BYTES } from "./frame.ts";
import { anyFrame } from "./testing/frames.ts";

const seed = { seed: 20181001 };

function framesOf(results: readonly DecodedFrame[]): Frame[] {
  return results.flatMap((result) => (result.kind === "frame" ? [result.frame] : []));
}

/** Split `bytes` after each of these relative lengths, round and round. */
function split(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = lengths[i % lengths.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

test("COBS gives back what went in, and never writes a zero", () => {
  const block = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc.array(fc.constantFrom(0, 1), { maxLength: 600 }).map((list) => Uint8Array.from(list)),
    fc.integer({ min: 250, max: 520 }).map((size) => new Uint8Array(size).fill(7)),
  );
  fc.assert(
    fc.property(block, (data) => {
      const encoded = cobsEncode(data);
      expect(encoded.includes(0)).toBe(false);
      expect(encoded.length).toBeLessThanOrEqual(data.length + Math.floor(data.length / 254) + 1);
      expect(cobsDecode(encoded)).toEqual(Buffer.from(data));
    }),
    seed,
  );
});

test("any chunking of the byte stream gives the same frames", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(anyFrame(), { maxLength: 40 }), lengths, (frames, cuts) => {
      const decoder = new FrameDecoder();
      const results = split(Buffer.concat(frames.map(encodeFrame)), cuts).flatMap((chunk) =>
        decoder.push(chunk),
      );
      expect(results).toEqual(frames.map((frame) => ({ kind: "frame", frame })));
      expect(decoder.held).toBe(0);
    }),
    seed,
  );
});

test("a single corrupted byte anywhere in a stream loses frames, never invents or changes one", () => {
  fc.assert(
    fc.property(
      fc.array(anyFrame(), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (frames, where, flip) => {
        const bytes = Buffer.concat(frames.map(encodeFrame));
        const at = where % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const seen = framesOf(new FrameDecoder().push(bytes));
        const kept = frames.map((frame) => JSON.stringify(frame));
        let from = 0;
        for (const frame of seen) {
          const found = kept.indexOf(JSON.stringify(frame), from);
          expect(found).toBeGreaterThanOrEqual(from);
          from = found + 1;
        }
        expect(seen.length).toBeGreaterThanOrEqual(frames.length - 1);
      },
    ),
    { ...seed, numRuns: 1000 },
  );
});

test("after any noise the next whole frame is found", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), anyFrame(), (noise, frame) => {
      const decoder = new FrameDecoder();
      decoder.push(noise);
      expect(framesOf(decoder.push(encodeFrame(frame))).at(-1)).toEqual(frame);
    }),
    seed,
  );
});

test("a frame cut anywhere costs itself alone", () => {
  fc.assert(
    fc.property(anyFrame(), anyFrame(), fc.nat(), (cutOne, next, where) => {
      const bytes = encodeFrame(cutOne);
      const decoder = new FrameDecoder();
      decoder.push(bytes.subarray(0, where % (bytes.length - 1)));
      expect(framesOf(decoder.push(encodeFrame(next)))).toEqual([next]);
    }),
    seed,
  );
});

test("every byte of a stream is part of a frame, a delimiter, a counted discard, or held back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (noise) => {
      const decoder = new FrameDecoder();
      const discarded = decoder
        .push(noise)
        .reduce((sum, result) => sum + (result.kind === "discarded" ? result.bytes : 0), 0);
      const delimiters = noise.filter((byte) => byte === 0).length;
      expect(discarded + delimiters + decoder.held).toBe(noise.length);
      const held = decoder.held;
      expect(decoder.reset()).toEqual(
        held === 0 ? undefined : { kind: "discarded", reason: "cobs", bytes: held },
      );
    }),
    seed,
  );
});

/** Linear congruential bytes: noise that needs no memory and is the same everywhere (Numerical Recipes' constants). */
function* noise(total: number, keep: (byte: number) => number): Generator<Buffer> {
  let x = 1;
  for (let left = total; left > 0; left -= 65_536) {
    const chunk = Buffer.alloc(Math.min(left, 65_536));
    for (let i = 0; i < chunk.length; i++) {
      x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
      chunk[i] = keep((x >>> 24) & 0xff);
    }
    yield chunk;
  }
}

const kinds = {
  "any byte": (byte: number) => byte,
  "never a zero": (byte: number) => byte || 1,
  "nothing but zeros": () => 0,
  "nothing but longest COBS codes": () => 0xff,
};

test.each(Object.entries(kinds))(
  "10 MB of noise (%s) hold nothing back beyond their own bytes",
  (_, keep) => {
    const decoder = new FrameDecoder();
    let results = 0;
    for (const chunk of noise(10 * 1024 * 1024, keep))
      results = Math.max(results, decoder.push(chunk).length);
    // The buffer is one array of MAX_FRAME_BYTES; results are at most one per delimiter of the chunk at hand.
    expect(results).toBeLessThanOrEqual(65_536);
    const frame: Frame = { type: "ack", deviceId: "40380-T1", bootId: 1, seq: 2 };
    expect(framesOf(decoder.push(encodeFrame(frame)))).toEqual([frame]);
  },
);

test.each(Object.entries(kinds))(
  "ten times the noise (%s) costs at most twelve times the steps",
  (_, keep) => {
    const cost = (bytes: number): number => {
      const decoder = new FrameDecoder();
      for (const chunk of noise(bytes, keep)) decoder.push(chunk);
      return decoder.steps;
    };
    const small = cost(100_000);
    expect(cost(1_000_000)).toBeLessThanOrEqual(12 * small);
    expect(small).toBeLessThanOrEqual(4 * 100_000 + 4 * MAX_FRAME_BYTES);
  },
);

test("cost does not depend on how the bytes are cut", () => {
  const bytes = Buffer.alloc(20_000, 0x41);
  const decoder = new FrameDecoder();
  for (const byte of bytes) decoder.push(Buffer.of(byte));
  expect(decoder.steps).toBeLessThanOrEqual(4 * bytes.length);
});

test("what does not fit a field is refused by code before a byte is written", () => {
  const reading = {
    type: "reading",
    deviceId: "40380-T1",
    bootId: 1,
    seq: 1,
    total: 1,
    serviceTime: 1,
  } as const;
  const good: Frame = { ...reading, deviceTime: 1, line: "blue", arrival: null };
  const arrival = { trainId: "BL001", status: "in_service", prevStationId: -1, prevDirection: null } as const;
  const bad: Frame[] = [
    { ...good, seq: 2 ** 53 - 1 },
    { ...good, seq: -1 },
    { ...good, total: 0.5 },
    { ...good, deviceId: "" },
    { ...good, deviceId: "x".repeat(33) },
    { ...good, deviceId: "40380 T1" },
    { ...good, deviceId: "Ā" },
    { ...good, arrival },
    { type: "greet", deviceId: "40380-T1", nonce: 2 ** 32 },
  ];
  for (const frame of bad) {
    expect(() => encodeFrame(frame)).toThrowError(
      expect.objectContaining({ code: "WIRE_INVALID", retryable: false }),
    );
  }
  expect(isCoded(new Error("other"))).toBe(false);
  expect(() => encodeFrame(good)).not.toThrow();
});
