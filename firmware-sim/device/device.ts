import type { Line } from "../../schemas/network/network.ts";
import type { ArrivalEvent } from "../../schemas/readings.ts";
import { encodeFrame } from "../../schemas/wire/codec.ts";
import { FrameDecoder } from "../../schemas/wire/decoder.ts";
import { type Frame, LINK, MAX_PENDING_BOOTS, type PendingBoot } from "../../schemas/wire/frame.ts";
import { type BootRecord, noncesOf } from "./identity.ts";
import type { Ring } from "./ring.ts";
import { FrameSender } from "./sender.ts";

/** The three clocks at one moment: ms that only rise, epoch ms of the wall, epoch ms of the service clock. */
export interface Instant {
  readonly monotonic: number;
  readonly wall: number;
  readonly service: number;
}

/** Something a device noticed: a press (`arrival` null) or a train. */
export interface Sighting {
  readonly line: Line;
  readonly arrival: ArrivalEvent | null;
  /** Epoch ms of the service clock. */
  readonly service: number;
}

export interface DeviceCounters {
  readonly framesSent: number;
  readonly framesReceived: number;
  readonly discarded: number;
  readonly resends: number;
}

/**
 * The firmware of one device: bytes, sightings and the time go in, frames come out. No timer, no port, no randomness.
 *
 * It is silent until it is greeted. Then, whenever its line can take a frame, `next` names the one to send: HELLO
 * before HEARTBEAT before READING.
 */
export class Device {
  readonly id: string;
  #ring: Ring;
  #sender: FrameSender;
  readonly #decoder = new FrameDecoder();
  #boot: BootRecord;
  #greeted = false;
  #greetNonce = 0;
  #helloDue = false;
  #heartbeatAt = 0;
  /** Boots whose first waiting reading the agent knows from the last HELLO. */
  #named = new Set<number>();
  #framesSent = 0;
  #framesReceived = 0;
  #discarded = 0;

  /** @param boot - already durable, and begun in the ring. */
  constructor(id: string, ring: Ring, boot: BootRecord) {
    this.id = id;
    this.#ring = ring;
    this.#sender = new FrameSender(ring);
    this.#boot = boot;
  }

  get ring(): Ring {
    return this.#ring;
  }

  get boot(): BootRecord {
    return this.#boot;
  }

  get greeted(): boolean {
    return this.#greeted;
  }

  get counters(): DeviceCounters {
    return {
      framesSent: this.#framesSent,
      framesReceived: this.#framesReceived,
      discarded: this.#discarded,
      resends: this.#sender.resends,
    };
  }

  /** Count and store what was noticed. @returns whether the ring had room for it. */
  notice(sighting: Sighting, wall: number): boolean {
    const { line, arrival, service } = sighting;
    return this.ring.append((seq, total) =>
      encodeFrame({
        type: "reading",
        deviceId: this.id,
        bootId: this.#boot.bootId,
        seq,
        total,
        serviceTime: service,
        deviceTime: wall,
        line,
        arrival,
      }),
    );
  }

  /** Bytes came in over the line. */
  receive(bytes: Uint8Array, now: number): void {
    for (const result of this.#decoder.push(bytes)) {
      if (result.kind === "discarded" || result.frame.deviceId !== this.id) this.#discarded += 1;
      else {
        this.#framesReceived += 1;
        this.#handle(result.frame, now);
      }
    }
  }

  /** The frame to put on the line now, if any: it counts as sent. */
  next(at: Instant): Buffer | undefined {
    const frame = this.#choose(at);
    if (frame) this.#framesSent += 1;
    return frame;
  }

  /** The line is gone; the other end of the next one must greet. */
  lineLost(): void {
    this.#greeted = false;
    this.#helloDue = false;
    this.#decoder.reset();
  }

  /** Power off and on: the ring stays, everything else begins again. The new boot is begun in the ring here. */
  reboot(boot: BootRecord): void {
    this.lineLost();
    this.#boot = boot;
    this.ring.beginBoot(boot.bootId);
  }

  /** Another memory is put in, and the device begins its first boot with it. That boot is begun in the ring here. */
  replace(ring: Ring, boot: BootRecord): void {
    this.#ring = ring;
    this.#sender = new FrameSender(ring);
    this.reboot(boot);
  }

  #handle(frame: Frame, now: number): void {
    switch (frame.type) {
      case "greet":
        this.#greeted = true;
        this.#greetNonce = frame.nonce;
        this.#helloDue = true;
        this.#sender.restart();
        break;
      case "ack":
        if (this.ring.acknowledge(frame.bootId, frame.seq) > 0) this.#sender.moved(now);
        break;
      case "nak":
        this.#goBack(frame.bootId, frame.seq, now);
        break;
      default:
        // Only devices send the others: an echo of this device's own words.
        this.#discarded += 1;
    }
  }

  #goBack(bootId: number, seq: number, now: number): void {
    const number = this.ring.numberOf(bootId, seq);
    if (number !== undefined) {
      this.#sender.goBack(number, now);
      return;
    }
    const notYetNumbered = bootId === this.#boot.bootId && seq === this.ring.counters.seq + 1;
    if (!notYetNumbered) this.#helloDue = this.#greeted;
  }

  #choose(at: Instant): Buffer | undefined {
    if (!this.#greeted) return undefined;
    if (this.#helloDue) return this.#hello(at);
    if (at.monotonic >= this.#heartbeatAt) return this.#heartbeat(at);
    const upcoming = this.#sender.peek(at.monotonic);
    if (upcoming === undefined) return undefined;
    const reading = this.ring.locate(upcoming);
    if (reading && !this.#named.has(reading.bootId)) {
      // More boots wait than a HELLO can name: name this one before its readings come, once ACKs made room for it.
      const nameable = this.#nameable().some((p) => p.bootId === reading.bootId);
      return nameable ? this.#hello(at) : undefined;
    }
    this.#sender.take(at.monotonic);
    return this.ring.entry(upcoming);
  }

  #nameable(): readonly PendingBoot[] {
    const nonces = new Map(noncesOf(this.#boot));
    return this.ring.pending.slice(0, MAX_PENDING_BOOTS).map((boot) => {
      const nonce = nonces.get(boot.bootId);
      // The present boot's is in the HELLO itself.
      return nonce === undefined || boot.bootId === this.#boot.bootId ? boot : { ...boot, nonce };
    });
  }

  #counts(at: Instant) {
    const { seq, total } = this.ring.counters;
    const { bootId, memoryBootId, priorNumbered, priorHappened } = this.#boot;
    const counts = { memoryBootId, priorNumbered, priorHappened, seq, total };
    return { deviceId: this.id, bootId, ...counts, serviceTime: at.service };
  }

  #hello(at: Instant): Buffer {
    const pending = this.#nameable();
    this.#named = new Set(pending.map((p) => p.bootId));
    // Nothing of this boot waits, so its next reading is seq + 1.
    if (this.ring.numberOf(this.#boot.bootId, this.ring.counters.seq) === undefined)
      this.#named.add(this.#boot.bootId);
    this.#helloDue = false;
    this.#heartbeatAt = at.monotonic + LINK.heartbeatMs;
    return encodeFrame({
      type: "hello",
      ...this.#counts(at),
      bootNonce: this.#boot.bootNonce,
      greetNonce: this.#greetNonce,
      pending,
    });
  }

  #heartbeat(at: Instant): Buffer {
    this.#heartbeatAt = at.monotonic + LINK.heartbeatMs;
    return encodeFrame({ type: "heartbeat", ...this.#counts(at), pending: this.ring.waiting });
  }
}
