import { fullJitter } from "../../infra/runtime/backoff.ts";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { type Random, seededRandom } from "../../infra/runtime/random.ts";
import type { FleetEvent } from "../../schemas/fleet.ts";
import { Courier } from "./courier.ts";
import type { Post } from "./post.ts";
import { parkedVehicle, step, type VehicleState } from "./vehicle.ts";

/** Events that one vehicle keeps while they are not taken. */
const RING = 1_000;
const BATCH = 100;
/** What an end gives the events that wait, ms. */
const DRAIN_MS = 5_000;
const MODELS = ["bus", "van", "shuttle"] as const;

export interface FleetOptions {
  readonly vehicles: number;
  /** Between two events of a vehicle, ms. */
  readonly intervalMs: number;
  readonly seed: number;
  readonly post: Post;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Counts of all vehicles since the start. */
export interface FleetState {
  /** Of every event that these vehicles send. */
  readonly boot: number;
  readonly vehicles: readonly string[];
  /** Moments that were observed. */
  readonly observed: number;
  /** Of these, with a sequence number: the others met a full ring. */
  readonly numbered: number;
  readonly posted: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly waiting: number;
}

/** Vehicles that drive through Chicago and tell of it. */
export class Fleet {
  readonly #options: FleetOptions;
  /** Distinguishes this start's events from an earlier one's, whose sequence numbers were the same. */
  readonly #boot: number;
  readonly #vehicles: readonly Vehicle[];
  readonly #stops: (() => void)[] = [];

  constructor(options: FleetOptions) {
    const onTrouble = saidOnce(options.logger);
    this.#options = options;
    this.#boot = options.clock.now();
    this.#vehicles = Array.from(
      { length: options.vehicles },
      (_, n) => new Vehicle(`V-${String(n + 1).padStart(3, "0")}`, this.#boot, options, onTrouble),
    );
  }

  /** Everybody departs, not all in the same moment. */
  start(): void {
    const { clock, intervalMs, seed } = this.#options;
    const random = seededRandom(seed, "departures");
    for (const vehicle of this.#vehicles) {
      const first = clock.after(random() * intervalMs, () => {
        vehicle.observe();
        this.#stops.push(clock.every(intervalMs, () => vehicle.observe()));
      });
      this.#stops.push(first);
    }
  }

  state(): FleetState {
    const sum = (of: (vehicle: Vehicle) => number): number =>
      this.#vehicles.reduce((total, vehicle) => total + of(vehicle), 0);
    return {
      boot: this.#boot,
      vehicles: this.#vehicles.map(({ id }) => id),
      observed: sum((v) => v.observed),
      numbered: sum((v) => v.sequence),
      posted: sum((v) => v.courier.delivery.posted),
      acknowledged: sum((v) => v.courier.delivery.acknowledged),
      refused: sum((v) => v.courier.delivery.refused),
      waiting: sum((v) => v.courier.delivery.waiting),
    };
  }

  /** Everybody halts; what waits is sent for a while yet. */
  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    const couriers = this.#vehicles.map(({ courier }) => courier);
    const enough = new AbortController();
    const { clock } = this.#options;
    await Promise.race([
      Promise.all(couriers.map((courier) => courier.idle())),
      clock.sleep(DRAIN_MS, enough.signal),
    ]);
    enough.abort();
    for (const courier of couriers) courier.stop();
  }
}

type OnTrouble = (vehicle: string, reason: string) => void;

/** So many reasons are warnings; each ends in an answer's own words, which may differ for ever. */
const REASONS = 10;

/** Each reason is a warning once: a fleet that is never let in must not seem to drive. */
function saidOnce(logger: Logger): OnTrouble {
  const said = new Set<string>();
  return (vehicle, reason) => {
    if (said.has(reason) || said.size >= REASONS) {
      logger.debug({ vehicle, reason }, "not taken");
      return;
    }
    said.add(reason);
    logger.warn({ vehicle, reason }, "not taken; --verbose says each");
  };
}

class Vehicle {
  readonly id: string;
  readonly courier: Courier;
  observed = 0;
  sequence = 0;
  readonly #boot: number;
  readonly #options: FleetOptions;
  readonly #random: Random;
  readonly #model: string;
  #state: VehicleState;
  #at: number;

  constructor(id: string, boot: number, options: FleetOptions, onTrouble: OnTrouble) {
    const { clock } = options;
    this.id = id;
    this.#boot = boot;
    this.#options = options;
    this.#random = seededRandom(options.seed, id);
    this.#model = MODELS[Math.floor(this.#random() * MODELS.length)] ?? MODELS[0];
    this.#state = parkedVehicle(this.#random);
    this.#at = clock.monotonic();
    this.courier = new Courier({
      post: options.post,
      clock,
      backoff: fullJitter({ baseMs: 200, capMs: 5_000, random: this.#random, floorMs: 50 }),
      capacity: RING,
      batch: BATCH,
      onTrouble: (reason) => onTrouble(id, reason),
    });
  }

  observe(): void {
    const { clock } = this.#options;
    const now = clock.monotonic();
    this.#state = step(this.#state, now - this.#at, this.#random);
    this.#at = now;
    this.observed++;
    // A number is given only to what is kept, so that there is no gap in what arrives.
    if (this.courier.full) return;
    this.sequence++;
    this.courier.add(this.#event());
  }

  #event(): FleetEvent {
    const { lat, lon, speed, heading, battery, mode } = this.#state;
    return {
      vehicle_id: this.id,
      boot: this.#boot,
      sequence: this.sequence,
      time: new Date(this.#options.clock.now()).toISOString(),
      lat: rounded(lat, 6),
      lon: rounded(lon, 6),
      speed: rounded(speed, 1),
      heading,
      battery: rounded(battery, 1),
      metadata: { model: this.#model, mode },
    };
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
