import type { DeviceGroup } from "../devices/device-group.ts";

export interface Rates {
  readonly frames: number;
  readonly readings: number;
  readonly resends: number;
}

/** Per second of wall time, between two looks. */
export class RateMeter {
  #at: number;
  #last = { frames: 0, readings: 0, resends: 0 };
  #rates: Rates = { frames: 0, readings: 0, resends: 0 };

  /** @param now - monotonic ms. */
  constructor(devices: DeviceGroup, now: number) {
    this.#at = now;
    this.#last = sums(devices);
  }

  get rates(): Rates {
    return this.#rates;
  }

  look(devices: DeviceGroup, now: number): void {
    const seconds = (now - this.#at) / 1000;
    if (seconds <= 0) return;
    const sum = sums(devices);
    const rate = (key: keyof Rates): number => Math.round((sum[key] - this.#last[key]) / seconds);
    this.#rates = { frames: rate("frames"), readings: rate("readings"), resends: rate("resends") };
    this.#last = sum;
    this.#at = now;
  }
}

function sums(devices: DeviceGroup): { frames: number; readings: number; resends: number } {
  const sum = { frames: 0, readings: 0, resends: 0 };
  for (const { line } of devices.members) {
    const { device } = line;
    sum.frames += device.counters.framesSent;
    sum.resends += device.counters.resends;
    sum.readings += device.boot.priorNumbered + device.ring.counters.seq;
  }
  return sum;
}
