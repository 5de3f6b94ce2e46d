import type { StoredReading } from "../../../edge/outbox/ledger.ts";
import { parseDeviceId } from "../../../schemas/network/devices.ts";
import { type Line, stationById } from "../../../schemas/network/network.ts";
import type { ArrivalEvent } from "../../../schemas/readings.ts";
import type { DeviceHealth, DeviceState, Positions, StateOrder } from "../../../schemas/states.ts";

const ARRIVAL: ArrivalEvent = {
  trainId: "BL412",
  status: "in_service",
  prevStationId: null,
  prevDirection: null,
};

/**
 * A device and its agent's outbox on paper: what each of them holds, and what the agent tells of it.
 *
 * `ring` and `outbox` are open to injectors; the counts beside them are what device and agent believe.
 */
export class ScriptedDevice {
  readonly id: string;
  readonly stationId: number;
  readonly ring: StoredReading[] = [];
  readonly outbox: StoredReading[] = [];
  plugged = true;
  bootId: number;
  memoryBootId: number;
  numbered = 0;
  happened = 0;
  stored = 0;
  published = 0;
  quarantined = 0;
  readonly #kind: "arrival" | "turnstile";
  readonly #line: Line;
  /** Of the present boot. */
  #seq = 0;
  #total = 0;
  readonly #numbers = new Map<number, number>();
  #since: number;
  #state: DeviceHealth = "online";

  /** @throws RangeError for an id that is no device's. @param now - wall clock, epoch ms. */
  constructor(id: string, bootId: number, now: number) {
    const device = parseDeviceId(id);
    const station = device && stationById(device.stationId);
    if (!device || !station) throw new RangeError(`there is no device ${id}`);
    this.id = id;
    this.stationId = station.id;
    this.bootId = bootId;
    this.memoryBootId = bootId;
    this.#kind = device.kind;
    this.#line = device.kind === "arrival" ? device.line : (station.stops[0]?.line ?? "blue");
    this.#since = now;
  }

  get seq(): number {
    return this.#seq;
  }

  /** The last number of each boot: what was truly numbered, whatever was erased since. */
  get numbers(): ReadonlyMap<number, number> {
    return this.#numbers;
  }

  /** `count` events happen; each is numbered and kept. @returns the first sequence number. */
  press(count: number, now: number, service: number): number {
    const first = this.#seq + 1;
    for (let i = 0; i < count; i++) {
      this.ring.push({
        deviceId: this.id,
        bootId: this.bootId,
        seq: ++this.#seq,
        total: ++this.#total,
        serviceTime: service,
        deviceTime: now,
        edgeTime: now,
        line: this.#line,
        arrival: this.#kind === "arrival" ? ARRIVAL : null,
      });
    }
    this.numbered += count;
    this.happened += count;
    this.#numbers.set(this.bootId, this.#seq);
    return first;
  }

  /** The ring is full: these events get no number. */
  refuse(count: number): void {
    this.#total += count;
    this.happened += count;
  }

  /** Power off and on: numbers begin again in a new boot, what waits stays. */
  reboot(): void {
    this.bootId++;
    this.#seq = 0;
    this.#total = 0;
  }

  /** The chip is erased: what waits is gone, and so is what was counted. */
  erase(): void {
    this.ring.length = 0;
    this.reboot();
    this.memoryBootId = this.bootId;
    this.numbered = this.happened = this.stored = this.published = this.quarantined = 0;
  }

  /** The agent reads what the ring holds onto its disk. */
  collect(now: number): void {
    if (!this.plugged) return;
    this.outbox.push(...this.ring.map((reading) => ({ ...reading, edgeTime: now })));
    this.ring.length = 0;
    this.stored = this.numbered;
  }

  state(now: number, order: StateOrder): DeviceState {
    const state = this.plugged ? "online" : "offline";
    if (state !== this.#state) this.#since = now;
    this.#state = state;
    const { bootId, memoryBootId, numbered, happened, stored, published, quarantined } = this;
    const positions: Positions = {
      bootId,
      memoryBootId,
      numbered,
      happened,
      stored,
      published,
      quarantined,
    };
    return {
      kind: this.#kind,
      id: this.id,
      stationId: this.stationId,
      state,
      reason: state === "online" ? "" : "unplugged",
      since: this.#since,
      lastSeen: now,
      positions,
      frames: numbered,
      errors: 0,
      order,
    };
  }
}
