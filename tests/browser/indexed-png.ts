import { deflateSync } from "node:zlib";
import { chunk, decode, header, Palette, SIGNATURE } from "./png.ts";

/**
 * The same picture with at most 256 colours: a third of the bytes, and of a page of flat colours one does not see the
 * difference. Takes what a browser writes.
 *
 * Chunks and filters: PNG specification (third edition), §5 and §9.
 */
export function indexedPng(png: Buffer): Buffer {
  const pixels = decode(png);
  const { width, height, rgb } = pixels;
  const palette = new Palette([rgb]);
  const rows = Buffer.alloc((width + 1) * height);
  for (let i = 0; i < rgb.length; i++) rows[i + Math.floor(i / width) + 1] = palette.placeOf(rgb[i] ?? 0);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header(pixels)),
    chunk("PLTE", palette.table),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
