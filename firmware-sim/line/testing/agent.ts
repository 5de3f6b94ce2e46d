import { encodeFrame } from "../../../schemas/wire/codec.ts";
import { FrameDecoder } from "../../../schemas/wire/decoder.ts";
import type { Frame, HelloFrame } from "../../../schemas/wire/frame.ts";
import type { Cable } from "../../hosts/testing/cable.ts";

/** Heartbeats missed before it greets again, ms. */
const SILENCE_MS = 2500;

/**
 * For tests: the least that an agent must do by the protocol. It stores what comes next in each boot, acknowledges
 * it, asks for what is missing, and greets whenever the device fell silent.
 */
export class ReferenceAgent {
  /** Every reading taken, `boot;seq`, in order. */
  readonly stored: string[] = [];
  readonly hellos: HelloFrame[] = [];
  duplicates = 0;
  damaged = 0;
  readonly #deviceId: string;
  readonly #cable: Cable;
  readonly #next = new Map<number, number>();
  #decoder = new FrameDecoder();
  #heardAt = Number.NEGATIVE_INFINITY;
  #greetedAt = Number.NEGATIVE_INFINITY;
  #nonce = 0;

  constructor(deviceId: string, cable: Cable) {
    this.#deviceId = deviceId;
    this.#cable = cable;
  }

  /** Read what came, answer it, greet when it is time. */
  step(now: number): void {
    if (!this.#cable.plugged) {
      this.#decoder = new FrameDecoder();
      this.#heardAt = Number.NEGATIVE_INFINITY;
      return;
    }
    for (const result of this.#decoder.push(this.#cable.take())) {
      if (result.kind === "discarded") this.damaged += 1;
      else this.#take(result.frame, now);
    }
    if (now - this.#heardAt < SILENCE_MS || now - this.#greetedAt < 500) return;
    this.#greetedAt = now;
    this.#nonce += 1;
    this.#say({ type: "greet", deviceId: this.#deviceId, nonce: this.#nonce });
  }

  #take(frame: Frame, now: number): void {
    if (frame.deviceId !== this.#deviceId) return;
    this.#heardAt = now;
    if (frame.type === "hello") {
      this.hellos.push(frame);
      // The oldest it has: what is older was acknowledged, or is gone for good.
      for (const { bootId, first } of frame.pending) {
        this.#next.set(bootId, Math.max(first, this.#next.get(bootId) ?? 0));
      }
    }
    if (frame.type !== "reading") return;
    const { bootId, seq } = frame;
    const expected = this.#next.get(bootId) ?? 1;
    if (seq > expected) {
      this.#say({ type: "nak", deviceId: this.#deviceId, bootId, seq: expected, reason: "gap" });
      return;
    }
    if (seq < expected) this.duplicates += 1;
    else {
      this.stored.push(`${bootId};${seq}`);
      this.#next.set(bootId, seq + 1);
    }
    this.#say({ type: "ack", deviceId: this.#deviceId, bootId, seq: Math.max(seq, expected - 1) });
  }

  #say(frame: Frame): void {
    this.#cable.send(encodeFrame(frame));
  }
}
