import { seededRandom } from "../../../infra/runtime/random.ts";
import { ManualClock } from "../../../infra/runtime/testing/manual-clock.ts";
import { Device, type Instant } from "../../device/device.ts";
import { nextBoot } from "../../device/identity.ts";
import { Ring } from "../../device/ring.ts";
import { MemoryRingStorage } from "../../device/testing/memory-ring-storage.ts";
import { Cable } from "../../hosts/testing/cable.ts";
import { DeviceLine } from "../device-line.ts";
import { Pump } from "../pump.ts";
import { ReferenceAgent } from "./agent.ts";

const DEVICE = "40380-T1";

/** For tests: one device on a cable, an agent that behaves, and a clock that the test moves. */
export class LineBench {
  readonly clock = new ManualClock();
  readonly cable = new Cable();
  readonly line: DeviceLine;
  readonly agent: ReferenceAgent;
  readonly errors: unknown[] = [];
  readonly device: Device;
  /** Every press that the ring stored, `boot;seq`, in order. */
  readonly pressed: string[] = [];

  constructor(baudRate = 115_200, seed = 1) {
    const ring = new Ring(new MemoryRingStorage());
    const boot = nextBoot(undefined, ring, 1000, 1);
    ring.beginBoot(boot.bootId);
    this.device = new Device(DEVICE, ring, boot);
    const now = (): Instant => ({
      monotonic: this.clock.monotonic(),
      wall: this.clock.now(),
      service: this.clock.now(),
    });
    const address = { stationId: 40380, deviceId: DEVICE };
    const random = seededRandom(seed, "line");
    this.line = new DeviceLine({
      address,
      device: this.device,
      host: this.cable,
      baudRate,
      random,
      clock: now,
    });
    this.agent = new ReferenceAgent(DEVICE, this.cable);
    const pump = new Pump(this.clock, (_, error) => this.errors.push(error));
    pump.add(this.line);
    pump.start();
  }

  press(count = 1): void {
    for (let i = 0; i < count; i++) {
      if (!this.line.notice({ line: "blue", arrival: null, service: this.clock.now() })) continue;
      const { bootId, seq } = this.device.ring.counters;
      this.pressed.push(`${bootId};${seq}`);
    }
  }

  reboot(late = false): void {
    this.line.reboot(nextBoot(this.device.boot, this.device.ring, 0, 2), late);
  }

  /** Let time pass; the agent looks every 10 ms. */
  run(ms: number): void {
    for (let left = ms; left > 0; left -= 10) {
      this.clock.advance(Math.min(10, left));
      this.agent.step(this.clock.monotonic());
    }
  }
}
