import { adopt, hear } from "../../../edge/outbox/hello-books.ts";
import { emptyLedger, type Ledger, type StoredReading } from "../../../edge/outbox/ledger.ts";
import { markOf } from "../../../edge/outbox/marks.ts";
import { type Leaving, record, release, setAside } from "../../../edge/outbox/queue-books.ts";
import { deviceState } from "../../../edge/states.ts";
import { type DeviceRef, parseDeviceId } from "../../../schemas/network/devices.ts";
import { type Line, stationById } from "../../../schemas/network/network.ts";
import type { ArrivalEvent } from "../../../schemas/readings.ts";
import type { DeviceState, StateOrder } from "../../../schemas/states.ts";
import type { HelloFrame, PendingBoot } from "../../../schemas/wire/frame.ts";

const ARRIVAL: ArrivalEvent = {
  trainId: "BL412",
  status: "in_service",
  prevStationId: null,
  prevDirection: null,
};

/**
 * A device on paper, and the agent's real books of it: what each of them holds, and what the agent tells.
 *
 * `ring` and `outbox` are open to injectors. The agent's books are the agent's own code, so that what it tells of a
 * loss is what it would tell.
 */
export class ScriptedDevice {
  readonly id: string;
  readonly stationId: number;
  readonly ring: StoredReading[] = [];
  readonly outbox: StoredReading[] = [];
  plugged = true;
  readonly #ref: DeviceRef;
  readonly #line: Line;
  readonly #numbers = new Map<number, number>();
  #ledger: Ledger;
  /** The device has something to say before its next reading. */
  #helloDue = true;
  #bootId: number;
  #memoryBootId: number;
  #seq = 0;
  #total = 0;
  /** Of the earlier boots of this memory. */
  #prior = { numbered: 0, happened: 0 };
  #since: number;
  #online = true;

  /** @throws RangeError for an id that is no device's. @param now - wall clock, epoch ms. */
  constructor(id: string, bootId: number, now: number) {
    const ref = parseDeviceId(id);
    const station = ref && stationById(ref.stationId);
    if (!ref || !station) throw new RangeError(`there is no device ${id}`);
    this.id = id;
    this.stationId = station.id;
    this.#ref = ref;
    this.#line = ref.kind === "arrival" ? ref.line : (station.stops[0]?.line ?? "blue");
    this.#ledger = emptyLedger(id);
    this.#bootId = bootId;
    this.#memoryBootId = bootId;
    this.#since = now;
  }

  get bootId(): number {
    return this.#bootId;
  }

  /** The last number of the present boot. */
  get seq(): number {
    return this.#seq;
  }

  /** The last number of each boot: what was truly numbered, whatever was erased since. */
  get numbers(): ReadonlyMap<number, number> {
    return this.#numbers;
  }

  /** `count` events happen; each is numbered and kept. */
  press(count: number, now: number): void {
    for (let i = 0; i < count; i++) {
      this.ring.push({
        deviceId: this.id,
        bootId: this.#bootId,
        seq: ++this.#seq,
        total: ++this.#total,
        serviceTime: now,
        deviceTime: now,
        edgeTime: now,
        line: this.#line,
        arrival: this.#ref.kind === "arrival" ? ARRIVAL : null,
      });
    }
    this.#numbers.set(this.#bootId, this.#seq);
  }

  /** The ring is full: these events get no number. */
  refuse(count: number): void {
    this.#total += count;
  }

  /** Power off and on: numbers begin again in a new boot, what waits stays. */
  reboot(): void {
    this.#prior = {
      numbered: this.#prior.numbered + this.#seq,
      happened: this.#prior.happened + this.#total,
    };
    this.#bootId++;
    this.#seq = 0;
    this.#total = 0;
    this.#helloDue = true;
  }

  /** The chip is erased: what waits is gone, and so is what was counted. */
  erase(): void {
    this.ring.length = 0;
    this.reboot();
    this.#memoryBootId = this.#bootId;
    this.#prior = { numbered: 0, happened: 0 };
  }

  /** The agent's disk is lost, with all that was on it. */
  loseOutbox(): void {
    this.outbox.length = 0;
    this.#ledger = emptyLedger(this.id);
    this.#helloDue = true;
  }

  /** The agent hears how far the device has counted. */
  heard(now: number): void {
    if (!this.plugged) return;
    if (this.#helloDue) this.#ledger = adopt(this.#ledger, this.#hello(now));
    this.#helloDue = false;
    this.#ledger = hear(this.#ledger, this.#hello(now));
  }

  /** The agent stores what the ring holds: each boot's readings in their order, what it has already only once. */
  collect(now: number): void {
    if (!this.plugged) return;
    this.heard(now);
    for (let reading = this.ring[0]; reading; reading = this.ring[0]) {
      const stored = markOf(this.#ledger.boots, reading.bootId)?.stored ?? 0;
      // The agent asks for what is between, the device no longer has it, and says where it begins.
      if (reading.seq > stored + 1) this.#ledger = adopt(this.#ledger, this.#hello(now));
      this.ring.shift();
      if (reading.seq <= stored) continue;
      this.#ledger = record(this.#ledger, reading);
      this.outbox.push({ ...reading, edgeTime: now });
    }
  }

  /** Everything in the outbox has its PUBACK. An agent goes by the rows it finds there. */
  released(): void {
    const leaving: Leaving[] = [];
    for (const { bootId, seq } of this.outbox) {
      const last = leaving.at(-1);
      if (last?.bootId === bootId) leaving[leaving.length - 1] = { bootId, seq, readings: last.readings + 1 };
      else leaving.push({ bootId, seq, readings: 1 });
    }
    this.outbox.length = 0;
    this.#ledger = release(this.#ledger, this.#ledger.head - 1, leaving);
  }

  /** The gateway refuses the oldest reading for good: the agent sets it aside. */
  quarantine(): void {
    const reading = this.outbox.shift();
    if (reading) this.#ledger = setAside(this.#ledger, reading);
  }

  state(now: number, order: StateOrder): DeviceState {
    if (this.plugged !== this.#online) this.#since = now;
    this.#online = this.plugged;
    return deviceState({
      device: this.#ref,
      health: this.plugged ? { state: "online", reason: "" } : { state: "offline", reason: "unplugged" },
      since: this.#since,
      lastSeen: now,
      ledger: this.#ledger,
      counts: { frames: this.#seq, errors: 0 },
      box: "",
      order,
    });
  }

  #hello(now: number): HelloFrame {
    return {
      type: "hello",
      deviceId: this.id,
      bootId: this.#bootId,
      bootNonce: this.#bootId,
      greetNonce: 0,
      memoryBootId: this.#memoryBootId,
      priorNumbered: this.#prior.numbered,
      priorHappened: this.#prior.happened,
      seq: this.#seq,
      total: this.#total,
      serviceTime: now,
      pending: this.#pending(),
    };
  }

  /** Per boot where what waits begins and ends. */
  #pending(): readonly PendingBoot[] {
    const own = this.ring.filter(({ deviceId }) => deviceId === this.id);
    const boots = [...new Set(own.map(({ bootId }) => bootId))];
    return boots.map((bootId) => {
      const numbers = own.filter((reading) => reading.bootId === bootId).map(({ seq }) => seq);
      return { bootId, first: Math.min(...numbers), last: Math.max(...numbers) };
    });
  }
}
