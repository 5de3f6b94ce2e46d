import { Device, type Instant } from "../../../firmware-sim/device/device.ts";
import { type BootRecord, nextBoot } from "../../../firmware-sim/device/identity.ts";
import { Ring } from "../../../firmware-sim/device/ring.ts";
import { MemoryRingStorage } from "../../../firmware-sim/device/testing/memory-ring-storage.ts";
import { DeviceLine } from "../../../firmware-sim/line/device-line.ts";
import type { Random } from "../../../infra/runtime/random.ts";
import { type DeviceRef, parseDeviceId } from "../../../schemas/network/devices.ts";
import type { Line } from "../../../schemas/network/network.ts";
import type { Life } from "../time/life.ts";
import type { Cables } from "./cables.ts";

/** What the device's own case counts: one press, as it happened. The oracle's only source. */
export interface Press {
  readonly bootId: number;
  readonly seq: number;
  /** Of this device, and of no other press of it. */
  readonly mark: number;
}

export interface UnitOptions {
  readonly deviceId: string;
  readonly cables: Cables;
  /** The clocks of the field. */
  readonly life: Life;
  readonly random: Random;
  readonly baudRate: number;
  /** A number for a press that no other press has. */
  readonly mark: () => number;
}

/** A device with a memory of its own, that may stand in a device's place. */
export class Unit {
  readonly ref: DeviceRef;
  readonly line: DeviceLine;
  /** In the order in which they happened. */
  readonly presses: Press[] = [];
  /** Every boot that it ever had. */
  readonly bootIds = new Set<number>();
  /** Presses that a full ring refused: they have no number. */
  refused = 0;
  /** How many of each boot. */
  readonly #pressed = new Map<number, number>();
  readonly #options: UnitOptions;
  readonly #random: Random;
  #boot: BootRecord;

  /** @param before - a unit whose chip was copied into this one; left out: an empty chip. */
  constructor(options: UnitOptions, before?: Unit) {
    const { deviceId, cables, life, random, baudRate } = options;
    const ref = parseDeviceId(deviceId);
    if (!ref) throw new RangeError(`${deviceId} is no device`);
    this.ref = ref;
    this.#options = options;
    this.#random = random;
    const ring = new Ring(new MemoryRingStorage());
    const nonce = this.#nonce();
    this.#boot = before
      ? { ...before.#boot, bootNonce: nonce }
      : nextBoot(undefined, ring, seconds(life), nonce);
    ring.beginBoot(this.#boot.bootId);
    this.bootIds.add(this.#boot.bootId);
    const instant = (): Instant => {
      const wall = life.clock.now();
      return { monotonic: life.clock.monotonic(), wall, service: wall };
    };
    this.line = new DeviceLine({
      address: { stationId: ref.stationId, deviceId },
      device: new Device(deviceId, ring, this.#boot),
      host: cables,
      baudRate,
      random,
      clock: instant,
    });
  }

  get ring(): Ring {
    return this.line.device.ring;
  }

  get bootId(): number {
    return this.#boot.bootId;
  }

  press(): void {
    const mark = this.#options.mark();
    const { bootId } = this;
    if (!this.line.notice({ line: lineOf(this.ref), arrival: this.#arrival(mark), service: mark })) {
      this.refused++;
      return;
    }
    const seq = (this.#pressed.get(bootId) ?? 0) + 1;
    this.#pressed.set(bootId, seq);
    this.presses.push({ bootId, seq, mark });
  }

  /** Power off and on. @param late - frames of the boot before come behind those of the new one. */
  reboot(late: boolean): void {
    this.#boot = nextBoot(this.#boot, this.ring, seconds(this.#options.life), this.#nonce());
    this.bootIds.add(this.#boot.bootId);
    this.line.reboot(this.#boot, late);
  }

  #arrival(mark: number) {
    if (this.ref.kind === "turnstile") return null;
    return {
      trainId: `T${mark % 1_000}`,
      status: "in_service",
      prevStationId: null,
      prevDirection: null,
    } as const;
  }

  #nonce(): number {
    return Math.floor(this.#random() * 2 ** 32);
  }
}

function seconds({ clock }: Life): number {
  return Math.floor(clock.now() / 1000);
}

function lineOf(ref: DeviceRef): Line {
  return ref.kind === "arrival" ? ref.line : "blue";
}
