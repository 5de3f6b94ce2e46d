import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { encodeFrame } from "./codec.ts";
import { FrameDecoder } from "./decoder.ts";
import { FRAME_TYPES, type Frame } from "./frame.ts";

interface Golden {
  readonly frames: readonly { readonly name: string; readonly frame: Frame; readonly hex: string }[];
  readonly discarded: readonly { readonly name: string; readonly reason: string; readonly hex: string }[];
}

/** Made by a second implementation of `docs/serial-protocol.md`, so that agreement means something. */
const golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8")) as Golden;

test.each(golden.frames)("$name: these bytes are this frame, both ways", ({ frame, hex }) => {
  expect(encodeFrame(frame).toString("hex")).toBe(hex);
  expect(new FrameDecoder().push(Buffer.from(hex, "hex"))).toEqual([{ kind: "frame", frame }]);
});

test.each(golden.discarded)("$name: these bytes are discarded as $reason", ({ reason, hex }) => {
  const bytes = Buffer.from(hex, "hex");
  expect(new FrameDecoder().push(bytes)).toEqual([{ kind: "discarded", reason, bytes: bytes.length - 2 }]);
});

test("every frame type has its vectors", () => {
  expect(new Set(golden.frames.map((vector) => vector.frame.type))).toEqual(
    new Set(Object.keys(FRAME_TYPES)),
  );
});

test("every reason to discard has its vector", () => {
  expect(new Set(golden.discarded.map((vector) => vector.reason))).toEqual(
    new Set(["too-long", "cobs", "too-short", "crc", "content"]),
  );
});

test("any single byte of any vector, changed to any other value, is detected or harmless", () => {
  for (const { name, frame, hex } of golden.frames) {
    const good = Buffer.from(hex, "hex");
    for (let at = 0; at < good.length; at++) {
      for (let flip = 1; flip < 256; flip++) {
        const bad = Buffer.from(good);
        bad[at] = (good[at] ?? 0) ^ flip;
        for (const result of new FrameDecoder().push(bad)) {
          if (result.kind === "frame") expect(result.frame, `${name}, byte ${at}`).toEqual(frame);
        }
      }
    }
  }
});
