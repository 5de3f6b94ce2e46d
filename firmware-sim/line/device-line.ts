import type { Random } from "../../infra/runtime/random.ts";
import type { Device, Instant, Sighting } from "../device/device.ts";
import type { BootRecord } from "../device/identity.ts";
import type { Ring } from "../device/ring.ts";
import type { LastingKind } from "../faults/kinds.ts";
import type { HostPort, LineAddress, SerialHost } from "../hosts/ports.ts";
import { LineFaults } from "./line-faults.ts";
import { Pacing } from "./pacing.ts";

/** Frames of the old boot that arrive late. */
const LATE_FRAMES = 16;
/** A late frame comes after this many frames of the new boot. */
const LATE_AFTER = 4;

export interface DeviceLineOptions {
  readonly address: LineAddress;
  readonly device: Device;
  readonly host: SerialHost;
  readonly baudRate: number;
  readonly random: Random;
  /** All three clocks now. */
  readonly clock: () => Instant;
}

/** What one call of `pump` left behind. */
export type PumpResult = "idle" | "pacing" | "full";

/**
 * One device on one serial line: frames out as fast as the line goes, bytes in as they come, faults in between.
 *
 * Nothing here waits: a line that is full or hangs keeps its bytes and holds up no other line.
 */
export class DeviceLine {
  readonly address: LineAddress;
  readonly device: Device;
  readonly #options: DeviceLineOptions;
  readonly #pacing: Pacing;
  readonly #faults: LineFaults;
  #port: HostPort | undefined;
  #plugging = false;
  /** Bytes of a frame that the line has not taken yet. */
  #rest: Buffer = Buffer.alloc(0);
  #recent: Buffer[] = [];
  #late: Buffer[] = [];
  #sentSinceReboot = 0;
  /** Called when the device may have something to say. */
  onWake: () => void = () => {};

  constructor(options: DeviceLineOptions) {
    this.#options = options;
    this.address = options.address;
    this.device = options.device;
    this.#pacing = new Pacing(options.baudRate);
    this.#faults = new LineFaults(options.random);
  }

  get path(): string | undefined {
    return this.#port?.path;
  }

  /** Not published, though no fault keeps it from being so. */
  get missing(): boolean {
    return !this.#port && !this.#plugging && !this.#faults.has("unplug");
  }

  get faults(): LineFaults {
    return this.#faults;
  }

  /** Publish the line, unless it is plugged in or its unplug fault is in force. */
  async plug(): Promise<void> {
    if (this.#port || this.#plugging) return;
    this.#plugging = true;
    try {
      const port = await this.#options.host.plug(this.address, (bytes) => this.#receive(bytes));
      this.#port = port;
    } finally {
      this.#plugging = false;
    }
    if (this.#faults.has("unplug")) this.unplug();
  }

  unplug(): void {
    this.#port?.unplug();
    this.#port = undefined;
    this.#rest = Buffer.alloc(0);
    this.device.lineLost();
  }

  /** The device noticed something. @returns whether its ring had room. */
  notice(sighting: Sighting): boolean {
    const stored = this.device.notice(sighting, this.#options.clock().wall);
    if (this.device.greeted) this.onWake();
    return stored;
  }

  /** Power off and on. */
  reboot(boot: BootRecord, keepLate: boolean): void {
    this.#beginAnew(keepLate ? this.#recent : []);
    this.device.reboot(boot);
  }

  /** Another chip is put in while the power is off. */
  replace(ring: Ring, boot: BootRecord): void {
    this.#beginAnew([]);
    this.device.replace(ring, boot);
  }

  /** @param late - frames of the boot before that are still under way. */
  #beginAnew(late: Buffer[]): void {
    this.#late = late;
    this.#recent = [];
    this.#sentSinceReboot = 0;
    this.#rest = Buffer.alloc(0);
  }

  setFault(kind: LastingKind, strength?: number): void {
    this.#faults.set(kind, strength);
    if (kind === "unplug") this.unplug();
    this.onWake();
  }

  async clearFault(kind: LastingKind): Promise<void> {
    this.#faults.clear(kind);
    if (kind === "unplug") await this.plug();
    this.onWake();
  }

  /** Send what can be sent now. */
  pump(): PumpResult {
    const port = this.#port;
    if (!port || this.#faults.has("hang")) return "idle";
    for (;;) {
      const at = this.#options.clock();
      if (!this.#pacing.free(at.monotonic)) return "pacing";
      if (this.#rest.length === 0) this.#rest = this.#nextBytes(at) ?? this.#rest;
      if (this.#rest.length === 0) return "idle";
      const taken = port.write(this.#rest);
      this.#pacing.spend(taken, at.monotonic);
      this.#rest = this.#rest.subarray(taken);
      if (this.#rest.length > 0) return "full";
      // Babble has no end: one piece per turn, or it would fill the line at once where nothing paces it.
      if (this.#faults.has("babble")) return "pacing";
    }
  }

  #nextBytes(at: Instant): Buffer | undefined {
    const babble = this.#faults.babble();
    if (babble) return babble;
    if (this.#late.length > 0 && this.#sentSinceReboot >= LATE_AFTER) {
      const late = Buffer.concat(this.#late);
      this.#late = [];
      return late;
    }
    const frame = this.device.next(at);
    if (!frame) return undefined;
    this.#sentSinceReboot += 1;
    this.#recent.push(frame);
    if (this.#recent.length > LATE_FRAMES) this.#recent.shift();
    return this.#faults.outgoing(frame);
  }

  #receive(bytes: Buffer): void {
    if (this.#faults.has("hang") || this.#faults.has("babble")) return;
    this.device.receive(this.#faults.incoming(bytes), this.#options.clock().monotonic);
    this.onWake();
  }
}
