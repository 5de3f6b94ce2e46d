import { startsAt } from "../../../infra/runtime/bytes.ts";
import { LINES } from "../../../schemas/network/network.ts";

/* What a record says of a reading besides its name, in a number: equal contents have equal ones. */

const LINE_BYTES = LINES.map((line) => Buffer.from(line));

/** An entry's: the index of its line, of whose bytes no text is made. -1: a line that is not known. */
export function entryContentAt(bytes: Buffer, from: number, to: number): number {
  for (let i = 0; i < LINE_BYTES.length; i++) {
    const line = LINE_BYTES[i] as Buffer;
    if (line.length === to - from && startsAt(bytes, from, line)) return i;
  }
  return -1;
}

/** FNV-1a, 32 bits. */
const START = 0x811c9dc5 | 0;
const PRIME = 0x01000193;
/** Bytes that UTF-8 does not have: so no text runs into its neighbour, and nothing is no text. */
const END = 0xff;
const NOTHING = 0xfe;

/**
 * A checksum of a train at a sensor: train, direction, line, status, and where it was seen last, in this order. Both
 * records spell them in other ways; only what they say is summed, where it stands.
 */
export class ArrivalContent {
  #sum = START;

  /** A signed integer of 32 bits. */
  get checksum(): number {
    return this.#sum;
  }

  /** UTF-8 in `[from, to)`. */
  text(bytes: Buffer, from: number, to: number): this {
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number;
      // What is no UTF-8 is another text once a codec has read and written it.
      if (byte >= 0x80) return this.#decoded(bytes.toString("utf8", from, to));
    }
    for (let at = from; at < to; at++) this.#add(bytes[at] as number);
    return this.#add(END);
  }

  /** One of our own, in ASCII. */
  word(text: string): this {
    for (let at = 0; at < text.length; at++) this.#add(text.charCodeAt(at));
    return this.#add(END);
  }

  station(id: number): this {
    for (let shift = 0; shift < 32; shift += 8) this.#add((id >>> shift) & 0xff);
    return this;
  }

  nothing(): this {
    return this.#add(NOTHING);
  }

  #decoded(text: string): this {
    for (const byte of Buffer.from(text)) this.#add(byte);
    return this.#add(END);
  }

  #add(byte: number): this {
    this.#sum = Math.imul(this.#sum ^ byte, PRIME);
    return this;
  }
}
