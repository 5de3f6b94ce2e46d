import { exponential, seededRandom } from "../../infra/runtime/random.ts";
import { LINES, type Line, stationsOf } from "../../schemas/network/network.ts";
import { RUN_MS, TRAINS_PER_LINE } from "../../schemas/network/service.ts";
import type { TrainStatus } from "../../schemas/readings.ts";
import { isTerminal, slotAt, slotsOf, type Train, type TrainSighting } from "./train.ts";

const MINUTE_MS = 60_000;
/** A train that is held up looks again this often. */
const HOLD_MS = MINUTE_MS / 2;
/** A train breaks down at one arrival in so many, and rests at one terminal in so many. */
const BREAKDOWN_EVERY = 150;
const REST_EVERY = 8;
/** Repairs and rests, service time: at least, and on average beyond that. */
const REPAIR = { leastMs: 8 * MINUTE_MS, meanMs: 10 * MINUTE_MS, mostMs: 45 * MINUTE_MS };
const REST = { leastMs: 10 * MINUTE_MS, meanMs: 5 * MINUTE_MS, mostMs: 30 * MINUTE_MS };

/** `RL000` … `GL009`. */
export function trainId(line: Line, number: number): string {
  return `${line.charAt(0).toUpperCase()}L${String(number).padStart(3, "0")}`;
}

/** Ten trains spread over both directions and, in time, over the five minutes: some train moves all the time. */
export function firstTrains(line: Line, from: number): Train[] {
  const slots = slotsOf(stationsOf(line).length);
  const gap = RUN_MS / TRAINS_PER_LINE;
  const lineOffset = (LINES.indexOf(line) * gap) / LINES.length;
  return Array.from({ length: TRAINS_PER_LINE }, (_, i) => ({
    id: trainId(line, i),
    // Its first arrival is at the slot after this one.
    slot: Math.floor((i * slots) / TRAINS_PER_LINE),
    status: "in_service",
    dueAt: from + i * gap + lineOffset + 1,
    sightings: 0,
    seenAt: null,
  }));
}

/**
 * The trains of one line. Pure: the same trains, seed and time give the same sightings, however time is cut.
 *
 * A broken-down train stands at its platform and holds up those behind it in its direction; one out of service rests
 * in the yard of its terminal, where it blocks no other train.
 */
export class Timetable {
  readonly #line: Line;
  readonly #seed: number;
  readonly #stationIds: readonly number[];
  readonly #trains: Train[];

  constructor(line: Line, seed: number, trains: readonly Train[]) {
    this.#line = line;
    this.#seed = seed;
    this.#stationIds = stationsOf(line).map((station) => station.id);
    this.#trains = [...trains];
  }

  get trains(): readonly Train[] {
    return this.#trains;
  }

  /** Everything the line's sensors see up to and including `to`, in order of time. */
  advance(to: number): TrainSighting[] {
    const seen: TrainSighting[] = [];
    for (;;) {
      const at = this.#next();
      const train = this.#trains[at];
      if (!train || train.dueAt > to) return seen;
      const { train: moved, sighting } = this.#act(train);
      this.#trains[at] = moved;
      if (sighting) seen.push(sighting);
    }
  }

  /** The train whose time comes first; of two at once the one of the lower number. */
  #next(): number {
    let best = 0;
    for (const [i, train] of this.#trains.entries()) {
      if (train.dueAt < (this.#trains[best]?.dueAt ?? 0)) best = i;
    }
    return best;
  }

  #act(train: Train): { train: Train; sighting?: TrainSighting } {
    if (train.status === "broken_down") return this.#see(train, train.slot, "in_service", RUN_MS);
    if (train.status === "out_of_service") {
      // Back from the yard once its platform is free.
      if (this.#occupied(train.slot)) return { train: { ...train, dueAt: train.dueAt + HOLD_MS } };
      return this.#see(train, train.slot, "in_service", RUN_MS);
    }
    const slot = (train.slot + 1) % slotsOf(this.#stationIds.length);
    if (this.#occupied(slot)) return { train: { ...train, dueAt: train.dueAt + HOLD_MS } };
    const random = seededRandom(this.#seed, `train/${train.id}/${train.sightings}`);
    const chance = random();
    if (isTerminal(slot, this.#stationIds.length)) {
      return chance < 1 / REST_EVERY
        ? this.#see(train, slot, "out_of_service", pause(REST, random))
        : this.#see(train, slot, "in_service", RUN_MS);
    }
    return chance < 1 / BREAKDOWN_EVERY
      ? this.#see(train, slot, "broken_down", pause(REPAIR, random))
      : this.#see(train, slot, "in_service", RUN_MS);
  }

  #occupied(slot: number): boolean {
    return this.#trains.some((other) => other.slot === slot && other.status !== "out_of_service");
  }

  /** A sensor sees this train at `slot` in this state; what it does next is due `afterMs` later. */
  #see(
    train: Train,
    slot: number,
    status: TrainStatus,
    afterMs: number,
  ): { train: Train; sighting: TrainSighting } {
    const { order, direction } = slotAt(slot, this.#stationIds.length);
    const stationId = this.#stationIds[order] ?? 0;
    return {
      train: {
        ...train,
        slot,
        status,
        dueAt: train.dueAt + afterMs,
        sightings: train.sightings + 1,
        seenAt: { stationId, direction },
      },
      sighting: {
        line: this.#line,
        stationId,
        direction,
        service: train.dueAt,
        arrival: {
          trainId: train.id,
          status,
          prevStationId: train.seenAt?.stationId ?? null,
          prevDirection: train.seenAt?.direction ?? null,
        },
      },
    };
  }
}

function pause(
  length: { readonly leastMs: number; readonly meanMs: number; readonly mostMs: number },
  random: () => number,
): number {
  return Math.round(Math.min(length.mostMs, length.leastMs + exponential(random, length.meanMs)));
}
