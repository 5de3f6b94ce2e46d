import type { Random } from "../../infra/runtime/random.ts";
import { flipBits, loseBytes, noise } from "../faults/damage.ts";
import { DEFAULT_STRENGTH, type LastingKind } from "../faults/kinds.ts";

const BABBLE_BYTES = 64;

/** What the faults in force on one line do to its bytes. */
export class LineFaults {
  readonly #random: Random;
  readonly #strength = new Map<LastingKind, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  set(kind: LastingKind, strength?: number): void {
    const fallback = kind === "noise" || kind === "cut" || kind === "duplicate" ? DEFAULT_STRENGTH[kind] : 1;
    this.#strength.set(kind, strength ?? fallback);
  }

  clear(kind: LastingKind): void {
    this.#strength.delete(kind);
  }

  has(kind: LastingKind): boolean {
    return this.#strength.has(kind);
  }

  /** Noise instead of the device's next frame; undefined: it speaks sense. */
  babble(): Buffer | undefined {
    return this.has("babble") ? noise(BABBLE_BYTES, this.#random) : undefined;
  }

  /** A frame as it goes out on the line. */
  outgoing(frame: Buffer): Buffer {
    const copies = Math.max(1, Math.round(this.#strength.get("duplicate") ?? 1));
    return this.#damage(copies === 1 ? frame : Buffer.concat(Array.from({ length: copies }, () => frame)));
  }

  /** Bytes of the agent as the device hears them. */
  incoming(bytes: Buffer): Buffer {
    return this.#damage(bytes);
  }

  #damage(bytes: Buffer): Buffer {
    const flips = this.#strength.get("noise");
    const losses = this.#strength.get("cut");
    const flipped = flips === undefined ? bytes : flipBits(bytes, flips, this.#random);
    return losses === undefined ? flipped : loseBytes(flipped, losses, this.#random);
  }
}
