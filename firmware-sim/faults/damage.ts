import { exponential, type Random } from "../../infra/runtime/random.ts";

/** Flip each bit with probability `rate`. The cost is that of the errors, not of the bits. */
export function flipBits(bytes: Uint8Array, rate: number, random: Random): Buffer {
  const out = Buffer.from(bytes);
  if (rate <= 0) return out;
  const bits = out.length * 8;
  for (let at = gap(rate, random); at < bits; at += 1 + gap(rate, random)) {
    const byte = Math.floor(at / 8);
    out[byte] = (out[byte] ?? 0) ^ (1 << (at % 8));
  }
  return out;
}

/** Lose each byte with probability `rate`. */
export function loseBytes(bytes: Uint8Array, rate: number, random: Random): Buffer {
  return Buffer.from(bytes.filter(() => random() >= rate));
}

/** Bytes that mean nothing. */
export function noise(size: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
}

/** Bits before the next error: exponential, rounded down, is as good as geometric at these rates. */
function gap(rate: number, random: Random): number {
  return Math.floor(exponential(random, 1 / rate));
}
