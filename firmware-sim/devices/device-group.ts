import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../infra/runtime/clock.ts";
import { type Random, seededRandom } from "../../infra/runtime/random.ts";
import type { DeviceRef } from "../../schemas/network/devices.ts";
import { Device, type Instant, type Sighting } from "../device/device.ts";
import { FileRingStorage } from "../device/file-ring-storage.ts";
import { type BootRecord, type IdentityBook, nextBoot } from "../device/identity.ts";
import { Ring } from "../device/ring.ts";
import type { SerialHost } from "../hosts/ports.ts";
import { DeviceLine } from "../line/device-line.ts";
import { Pump } from "../line/pump.ts";

const REPLUG_MS = 1000;

export interface DeviceGroupOptions {
  readonly devices: readonly DeviceRef[];
  /** Folder of the rings, one file a device. */
  readonly folder: string;
  readonly identities: IdentityBook;
  readonly host: SerialHost;
  readonly baudRate: number;
  readonly seed: number;
  readonly clock: Clock;
  /** Service time, epoch ms. */
  readonly service: () => number;
  /** True randomness for boot nonces, 1 to 2^32 − 1: two boots of the same seed must not share one. */
  readonly nonce: () => number;
  readonly onLineError: (line: DeviceLine, error: unknown) => void;
}

/** One device of a group, and the line it is on. */
export interface Member {
  readonly ref: DeviceRef;
  readonly line: DeviceLine;
}

/** All devices of one simulator: powered up together, each on its own line. */
export class DeviceGroup {
  readonly #options: DeviceGroupOptions;
  readonly #members = new Map<string, Member>();
  readonly #pump: Pump;
  #stopReplug = (): void => {};

  /** Power up: every device begins a new boot, durably written before its first frame. */
  constructor(options: DeviceGroupOptions) {
    this.#options = options;
    this.#pump = new Pump(options.clock, (line, error) => {
      line.unplug();
      options.onLineError(line, error);
    });
    const rings = new Map(options.devices.map(({ id }) => [id, this.#ringOf(id)]));
    const boots = this.#newBoots(rings);
    for (const ref of options.devices) {
      const ring = rings.get(ref.id);
      const boot = boots.get(ref.id);
      if (!ring || !boot) continue;
      ring.beginBoot(boot.bootId);
      this.#add(ref, new Device(ref.id, ring, boot));
    }
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  member(deviceId: string): Member | undefined {
    return this.#members.get(deviceId);
  }

  /** Plug all lines in, and begin to serve them. */
  async start(): Promise<void> {
    await Promise.all(this.members.map((member) => member.line.plug()));
    this.#pump.start();
    // A line whose terminal failed is plugged in again.
    this.#stopReplug = this.#options.clock.every(REPLUG_MS, () => {
      for (const { line } of this.members) {
        if (line.missing) line.plug().catch((error) => this.#options.onLineError(line, error));
      }
    });
  }

  /** Pull all lines, then power down. The rings keep what waits. */
  stop(): void {
    this.#stopReplug();
    this.#pump.stop();
    for (const { line } of this.members) line.unplug();
    for (const { line } of this.members) line.device.ring.close();
  }

  /** A device noticed something. @returns false when it is not one of this group, or its ring is full. */
  notice(deviceId: string, sighting: Sighting): boolean {
    return this.#members.get(deviceId)?.line.notice(sighting) ?? false;
  }

  /** Power off and on. @param late - frames of the old boot still arrive after those of the new one. */
  reboot(members: readonly Member[], late: boolean): void {
    const rings = new Map(members.map(({ ref, line }) => [ref.id, line.device.ring]));
    const boots = this.#newBoots(rings);
    for (const { ref, line } of members) {
      const boot = boots.get(ref.id);
      if (boot) line.reboot(boot, late);
    }
  }

  /** Another chip of each name: its memory is empty, and what waited in the old one is gone with it. */
  replace(members: readonly Member[]): void {
    const rings = new Map<string, Ring>();
    for (const { ref, line } of members) {
      line.device.ring.close();
      // Before its first boot is written down: killed in between, the next start finds an empty memory, too.
      rmSync(this.#pathOf(ref.id));
      rings.set(ref.id, this.#ringOf(ref.id));
    }
    const boots = this.#newBoots(rings);
    for (const { ref, line } of members) {
      const [ring, boot] = [rings.get(ref.id), boots.get(ref.id)];
      if (ring && boot) line.replace(ring, boot);
    }
  }

  #pathOf(deviceId: string): string {
    return join(this.#options.folder, `${deviceId}.ring`);
  }

  #ringOf(deviceId: string): Ring {
    return new Ring(new FileRingStorage(this.#pathOf(deviceId)));
  }

  /** The next boot of each of these devices, on disk for good when this returns. */
  #newBoots(rings: ReadonlyMap<string, Ring>): ReadonlyMap<string, BootRecord> {
    const { identities, clock, nonce } = this.#options;
    const seconds = Math.floor(clock.now() / 1000);
    const boots = new Map(
      [...rings].map(([id, ring]) => [id, nextBoot(identities.get(id), ring, seconds, nonce())]),
    );
    identities.put(boots);
    return boots;
  }

  #add(ref: DeviceRef, device: Device): void {
    const { host, baudRate, seed, clock, service } = this.#options;
    const random: Random = seededRandom(seed, `line/${ref.id}`);
    const instant = (): Instant => ({
      monotonic: clock.monotonic(),
      wall: clock.now(),
      service: service(),
    });
    const address = { stationId: ref.stationId, deviceId: ref.id };
    const line = new DeviceLine({ address, device, host, baudRate, random, clock: instant });
    this.#members.set(ref.id, { ref, line });
    this.#pump.add(line);
  }
}
