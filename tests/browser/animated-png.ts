import { deflateSync } from "node:zlib";
import { chunk, decode, header, Palette, type Pixels, SIGNATURE } from "./png.ts";

/** A picture as a browser writes it, and for how long it stands, ms. */
export interface AnimationFrame {
  readonly png: Buffer;
  readonly showMs: number;
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Pictures of one size as one that moves, without end, with at most 256 colours. Of each frame only the rectangle in which
 * it differs from the one before is kept.
 *
 * Chunks acTL, fcTL and fdAT: PNG specification (third edition), §11.3.6.
 */
export function animatedPng(frames: readonly AnimationFrame[]): Buffer {
  const pictures = frames.map(({ png }) => decode(png));
  const [first] = pictures;
  if (!first) throw new Error("an animation has at least one frame");
  if (pictures.some(({ width, height }) => width !== first.width || height !== first.height))
    throw new Error("the frames of an animation have one size");
  const palette = new Palette(pictures.map(({ rgb }) => rgb));
  const indexed = pictures.map(({ rgb }) => Uint8Array.from(rgb, (colour) => palette.placeOf(colour)));
  let sequence = 0;
  const chunks = indexed.flatMap((picture, i) => {
    const before = indexed[i - 1];
    const area = before ? changed(before, picture, first) : { x: 0, y: 0, ...sizeOf(first) };
    const control = chunk("fcTL", frameControl(sequence++, area, frames[i]?.showMs ?? 0));
    const data = deflateSync(rowsOf(picture, first.width, area), { level: 9 });
    if (i === 0) return [control, chunk("IDAT", data)];
    return [control, chunk("fdAT", Buffer.concat([number(sequence++), data]))];
  });
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header(first)),
    chunk("acTL", Buffer.concat([number(frames.length), number(0)])),
    chunk("PLTE", palette.table),
    ...chunks,
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The least rectangle that holds every pixel that differs; one pixel where none does. */
function changed(before: Uint8Array, after: Uint8Array, { width }: Pixels): Rectangle {
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, -1, -1, -1];
  for (let i = 0; i < after.length; i++) {
    if (after[i] === before[i]) continue;
    const x = i % width;
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.floor(i / width);
    if (top < 0) top = bottom;
  }
  if (top < 0) return { x: 0, y: 0, width: 1, height: 1 };
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

function rowsOf(picture: Uint8Array, pictureWidth: number, { x, y, width, height }: Rectangle): Buffer {
  return Buffer.concat(
    Array.from({ length: height }, (_, row) => {
      const start = (y + row) * pictureWidth + x;
      return Buffer.concat([Buffer.alloc(1), picture.subarray(start, start + width)]);
    }),
  );
}

function frameControl(sequence: number, { x, y, width, height }: Rectangle, showMs: number): Buffer {
  const body = Buffer.alloc(26);
  for (const [i, value] of [sequence, width, height, x, y].entries()) body.writeUInt32BE(value, 4 * i);
  body.writeUInt16BE(showMs, 20);
  body.writeUInt16BE(1_000, 22);
  // It stays, and covers what was there: dispose_op and blend_op are 0.
  return body;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function sizeOf({ width, height }: Pixels): Pick<Rectangle, "width" | "height"> {
  return { width, height };
}
