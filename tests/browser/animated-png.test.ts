import { crc32, deflateSync, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { animatedPng } from "./animated-png.ts";
import { chunk, SIGNATURE } from "./png.ts";

const [WIDTH, HEIGHT] = [4, 3];

/** A picture as a browser writes it, of one letter a pixel. */
function png(letters: string): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(WIDTH, 0);
  head.writeUInt32BE(HEIGHT, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Array.from({ length: HEIGHT }, (_, y) => {
    const row = letters.slice(y * WIDTH, (y + 1) * WIDTH);
    return [0, ...[...row].flatMap((letter) => [0, 0, letter.charCodeAt(0)])];
  });
  const data = deflateSync(Buffer.from(rows.flat()));
  return Buffer.concat([SIGNATURE, chunk("IHDR", head), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

function chunksOf(file: Buffer): { readonly type: string; readonly body: Buffer }[] {
  const chunks: { type: string; body: Buffer }[] = [];
  for (let at = SIGNATURE.length; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.push({ type: body.toString("latin1", 0, 4), body: body.subarray(4) });
    at += length + 12;
  }
  return chunks;
}

/** What a viewer shows, frame by frame. */
function played(file: Buffer): { readonly letters: string; readonly ms: number }[] {
  const chunks = chunksOf(file);
  const palette = chunks.find(({ type }) => type === "PLTE")?.body ?? Buffer.alloc(0);
  const canvas = Array.from({ length: WIDTH * HEIGHT }, () => "");
  const frames: { letters: string; ms: number }[] = [];
  let control = Buffer.alloc(26);
  let sequence = 0;
  for (const { type, body } of chunks) {
    if (type === "fcTL" || type === "fdAT") expect(body.readUInt32BE(0)).toBe(sequence++);
    if (type === "fcTL") control = Buffer.from(body);
    if (type !== "IDAT" && type !== "fdAT") continue;
    const rows = inflateSync(type === "IDAT" ? body : body.subarray(4));
    const [width = 0, height = 0, left = 0, top = 0] = [4, 8, 12, 16].map((at) => control.readUInt32BE(at));
    expect(rows).toHaveLength((width + 1) * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const colour = palette[3 * (rows[y * (width + 1) + x + 1] ?? 0) + 2] ?? 0;
        canvas[(top + y) * WIDTH + left + x] = String.fromCharCode(colour);
      }
    frames.push({
      letters: canvas.join(""),
      ms: (1_000 * control.readUInt16BE(20)) / control.readUInt16BE(22),
    });
  }
  return frames;
}

test("a viewer that puts each frame's rectangle over the one before sees every picture, for its time", () => {
  const pictures = ["aaaabbbbcccc", "aaaabxybcccc", "aaaabxybcccc", "zaaabxybcccz"];
  const file = animatedPng(pictures.map((letters, i) => ({ png: png(letters), showMs: 500 * (i + 1) })));
  expect(played(file)).toEqual(pictures.map((letters, i) => ({ letters, ms: 500 * (i + 1) })));
  expect(chunksOf(file).map(({ type }) => type)).toEqual([
    ...["IHDR", "acTL", "PLTE", "fcTL", "IDAT"],
    ...["fcTL", "fdAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"],
  ]);
});

test("pictures of several sizes are none", () => {
  const small = png("aaaabbbbcccc");
  const other = Buffer.from(small);
  other.writeUInt32BE(2, 20);
  const frames = [small, other].map((each) => ({ png: each, showMs: 1 }));
  expect(() => animatedPng(frames)).toThrow(/one size/);
});
