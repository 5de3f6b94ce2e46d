import type { ArrivalEvent } from "../../schemas/readings.ts";
import type { Frame, HelloFrame, PendingBoot, ReadingFrame } from "../../schemas/wire/frame.ts";
import { LINK, MAX_PENDING_BOOTS } from "../../schemas/wire/frame.ts";

/**
 * The least a device must do to keep the link's rules, for tests of this side: a ring, go-back-N, HELLO, HEARTBEAT.
 * It has no clock and no line: frames in, frames out.
 */
export class FakeDevice {
  readonly deviceId: string;
  bootId: number;
  bootNonce: number;
  memoryBootId: number;
  #ring: ReadingFrame[] = [];
  #seq = 0;
  #total = 0;
  #priorNumbered = 0;
  #priorHappened = 0;
  /** Does its firmware tell the nonces of boots that are over? */
  tellsNonces = true;
  readonly #nonces = new Map<number, number>();
  #greetNonce: number | null = null;
  /** Ring index of the next reading to send. */
  #next = 0;

  constructor(deviceId: string, bootId = 7) {
    this.deviceId = deviceId;
    this.bootId = bootId;
    this.memoryBootId = bootId;
    this.bootNonce = bootId * 31;
  }

  get waiting(): number {
    return this.#ring.length;
  }

  get numbered(): number {
    return this.#priorNumbered + this.#seq;
  }

  /** Something happened; `refused` as by a full ring. */
  press(refused = false, arrival: ArrivalEvent | null = null): void {
    this.#total += 1;
    if (refused) return;
    this.#seq += 1;
    const { deviceId, bootId } = this;
    const [seq, total] = [this.#seq, this.#total];
    this.#ring.push({
      type: "reading",
      deviceId,
      bootId,
      seq,
      total,
      serviceTime: 60_000 * seq,
      deviceTime: 1_000 * seq,
      line: "blue",
      arrival,
    });
  }

  reboot(): void {
    this.#priorNumbered += this.#seq;
    this.#priorHappened += this.#total;
    this.#seq = 0;
    this.#total = 0;
    this.#nonces.set(this.bootId, this.bootNonce);
    this.bootId += 1;
    this.bootNonce = this.bootId * 31;
    this.#greetNonce = null;
  }

  /** The line is gone: the next client must greet first. */
  unplug(): void {
    this.#greetNonce = null;
  }

  receive(frame: Frame): Frame[] {
    if (frame.type === "greet" && frame.deviceId === this.deviceId) {
      this.#greetNonce = frame.nonce;
      this.#next = 0;
      return [this.#hello()];
    }
    if (frame.type === "ack") {
      const before = this.#ring.length;
      this.#ring = this.#ring.filter((r) => r.bootId !== frame.bootId || r.seq > frame.seq);
      this.#next = Math.max(0, this.#next - (before - this.#ring.length));
    }
    if (frame.type === "nak") {
      const at = this.#ring.findIndex((r) => r.bootId === frame.bootId && r.seq === frame.seq);
      if (at >= 0) this.#next = at;
      else if (this.#greetNonce !== null) return [this.#hello()];
    }
    return [];
  }

  /** Readings the window has room for. */
  send(): Frame[] {
    if (this.#greetNonce === null) return [];
    const from = this.#next;
    this.#next = Math.min(this.#ring.length, LINK.window);
    return this.#ring.slice(from, this.#next);
  }

  /** No ACK moved for a while: from the oldest again. */
  resend(): void {
    this.#next = 0;
  }

  heartbeat(): Frame[] {
    if (this.#greetNonce === null) return [];
    return [{ type: "heartbeat", pending: this.#ring.length, ...this.#numbers() }];
  }

  #hello(): HelloFrame {
    const pending: PendingBoot[] = [];
    for (const bootId of new Set(this.#ring.map((r) => r.bootId))) {
      const seqs = this.#ring.filter((r) => r.bootId === bootId).map((r) => r.seq);
      const nonce = this.tellsNonces ? this.#nonces.get(bootId) : undefined;
      const named = nonce === undefined ? {} : { nonce };
      pending.push({ bootId, first: Math.min(...seqs), last: Math.max(...seqs), ...named });
    }
    return {
      type: "hello",
      bootNonce: this.bootNonce,
      greetNonce: this.#greetNonce ?? 0,
      pending: pending.slice(0, MAX_PENDING_BOOTS),
      ...this.#numbers(),
    };
  }

  #numbers(): Omit<HelloFrame, "type" | "bootNonce" | "greetNonce" | "pending"> {
    return {
      deviceId: this.deviceId,
      bootId: this.bootId,
      memoryBootId: this.memoryBootId,
      priorNumbered: this.#priorNumbered,
      priorHappened: this.#priorHappened,
      seq: this.#seq,
      total: this.#total,
      serviceTime: 60_000 * this.#seq,
    };
  }
}
