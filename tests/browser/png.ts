import { crc32, inflateSync } from "node:zlib";

export const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const COLOURS = 256;

/** A picture: a number of three bytes for each pixel, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint32Array;
}

/** What a browser writes: 8 bits, RGB or RGBA, not interlaced. Transparency is dropped. */
export function decode(png: Buffer): Pixels {
  const data: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const bytes = png[25] === 6 ? 4 : 3;
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * bytes;
  const rgb = new Uint32Array(width * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const row = unfilter(raw[start] ?? 0, raw.subarray(start + 1, start + 1 + stride), above, bytes);
    for (let x = 0; x < width; x++) {
      const at = x * bytes;
      rgb[y * width + x] = ((row[at] ?? 0) << 16) | ((row[at + 1] ?? 0) << 8) | (row[at + 2] ?? 0);
    }
    above = row;
  }
  return { width, height, rgb };
}

function unfilter(
  filter: number,
  row: Uint8Array,
  above: Uint8Array,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(row.length);
  for (let i = 0; i < row.length; i++) {
    const left = i >= bytes ? (out[i - bytes] ?? 0) : 0;
    const up = above[i] ?? 0;
    const corner = i >= bytes ? (above[i - bytes] ?? 0) : 0;
    const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
    out[i] = (row[i] ?? 0) + predicted;
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [byLeft, byUp, byCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

/** The commonest colours of some pictures, at most 256, and the nearest of them for any colour. */
export class Palette {
  readonly #colours: readonly number[];
  readonly #places: Map<number, number>;

  constructor(pictures: readonly Uint32Array[]) {
    const counts = new Map<number, number>();
    for (const rgb of pictures) for (const colour of rgb) counts.set(colour, (counts.get(colour) ?? 0) + 1);
    this.#colours = [...counts]
      .sort(([, x], [, y]) => y - x)
      .slice(0, COLOURS)
      .map(([colour]) => colour);
    this.#places = new Map(this.#colours.map((colour, i) => [colour, i]));
  }

  /** The body of a chunk PLTE. */
  get table(): Buffer {
    return Buffer.from(this.#colours.flatMap((colour) => channels(colour)));
  }

  placeOf(colour: number): number {
    const known = this.#places.get(colour);
    if (known !== undefined) return known;
    const place = nearest(this.#colours, colour);
    this.#places.set(colour, place);
    return place;
  }
}

/** The body of a chunk IHDR: 8 bits, of a palette. */
export function header({ width, height }: Pick<Pixels, "width" | "height">): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body.set([8, 3, 0, 0, 0], 8);
  return body;
}

function nearest(palette: readonly number[], colour: number): number {
  const [r, g, b] = channels(colour);
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, candidate] of palette.entries()) {
    const [cr, cg, cb] = channels(candidate);
    const distance = (r - cr) ** 2 + (g - cg) ** 2 + (b - cb) ** 2;
    if (distance >= least) continue;
    least = distance;
    best = i;
  }
  return best;
}

function channels(colour: number): [number, number, number] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

/** PNG specification (third edition), §5.3. */
export function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
