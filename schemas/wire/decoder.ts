import { crc32 } from "node:zlib";
import { cobsDecode } from "./cobs.ts";
import { parseFrame } from "./codec.ts";
import { type Frame, MAX_FRAME_BYTES } from "./frame.ts";

/** Why bytes between two delimiters were thrown away. */
export type DiscardReason = "too-long" | "cobs" | "too-short" | "crc" | "content";

export type DecodedFrame =
  | { readonly kind: "frame"; readonly frame: Frame }
  | { readonly kind: "discarded"; readonly reason: DiscardReason; readonly bytes: number };

/** Version, type, one-letter id, CRC. */
const SHORTEST = 1 + 1 + 2 + 4;

/**
 * Turns any byte stream, however it is cut into chunks, into frames and counted discards.
 *
 * The buffer never exceeds `MAX_FRAME_BYTES`; each byte is looked at a constant number of times; after any noise the
 * decoder is in step again at the next zero byte.
 */
export class FrameDecoder {
  readonly #buffer = Buffer.alloc(MAX_FRAME_BYTES);
  #length = 0;
  /** Bytes of a block that outgrew the buffer, thrown away until its delimiter. */
  #overflow = 0;
  #steps = 0;

  push(chunk: Uint8Array): DecodedFrame[] {
    const out: DecodedFrame[] = [];
    let from = 0;
    while (from < chunk.length) {
      const zero = chunk.indexOf(0, from);
      const to = zero === -1 ? chunk.length : zero;
      this.#append(chunk, from, to);
      if (zero === -1) break;
      const result = this.#finish();
      if (result) out.push(result);
      from = zero + 1;
    }
    return out;
  }

  /** Bytes held back, waiting for their delimiter. */
  get held(): number {
    return this.#length + this.#overflow;
  }

  /** Bytes looked at so far, each as often as it was: what decoding has cost, whatever the machine. */
  get steps(): number {
    return this.#steps;
  }

  /** The line was lost: what is held can never become a frame. */
  reset(): DecodedFrame | undefined {
    const bytes = this.held;
    this.#length = 0;
    this.#overflow = 0;
    return bytes === 0 ? undefined : { kind: "discarded", reason: "cobs", bytes };
  }

  #append(chunk: Uint8Array, from: number, to: number): void {
    const size = to - from;
    this.#steps += size + 1;
    if (this.#overflow > 0 || this.#length + size > MAX_FRAME_BYTES) {
      this.#overflow += this.#length + size;
      this.#length = 0;
      return;
    }
    this.#buffer.set(chunk.subarray(from, to), this.#length);
    this.#length += size;
  }

  #finish(): DecodedFrame | undefined {
    const bytes = this.held;
    const tooLong = this.#overflow > 0;
    const block = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    this.#overflow = 0;
    if (bytes === 0) return undefined;
    if (tooLong) return { kind: "discarded", reason: "too-long", bytes };
    this.#steps += 2 * block.length;
    const data = cobsDecode(block);
    if (!data) return { kind: "discarded", reason: "cobs", bytes };
    if (data.length < SHORTEST) return { kind: "discarded", reason: "too-short", bytes };
    const end = data.length - 4;
    if (crc32(data.subarray(0, end)) !== data.readUInt32LE(end))
      return { kind: "discarded", reason: "crc", bytes };
    try {
      return { kind: "frame", frame: parseFrame(data.subarray(0, end)) };
    } catch {
      return { kind: "discarded", reason: "content", bytes };
    }
  }
}
