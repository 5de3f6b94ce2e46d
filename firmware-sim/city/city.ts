import { z } from "zod";
import { DIRECTIONS, LINES, type Line, STATIONS } from "../../schemas/network/network.ts";
import { RUN_MS } from "../../schemas/network/service.ts";
import { TRAIN_STATUSES } from "../../schemas/readings.ts";
import { type Entry, Ridership } from "./ridership.ts";
import { firstTrains, Timetable } from "./timetable.ts";
import type { Train, TrainSighting } from "./train.ts";

const train = z.object({
  id: z.string(),
  slot: z.number().int().min(0),
  status: z.enum(TRAIN_STATUSES),
  dueAt: z.number(),
  sightings: z.number().int().min(0),
  seenAt: z.object({ stationId: z.number().int(), direction: z.enum(DIRECTIONS) }).nullable(),
});

/** Everything a city needs to go on where it was: its time and its trains. Passengers follow from seed and time. */
export const cityState = z.object({
  service: z.number().int(),
  lines: z.partialRecord(z.enum(LINES), z.array(train)),
});
export type CityState = z.output<typeof cityState>;

export interface CityOptions {
  readonly seed: number;
  /** Lines whose trains run. */
  readonly lines: readonly Line[];
  readonly turnstilesPerStation: number;
}

/** Trains and passengers of one moment. */
export interface CityEvents {
  readonly trains: readonly TrainSighting[];
  readonly entries: readonly Entry[];
}

/** What happens in the city, as a function of service time: no clock, no devices, no I/O. */
export class City {
  readonly #lines: ReadonlyMap<Line, Timetable>;
  readonly #ridership: Ridership;
  #service: number;

  /** @param state - where it was; lines that did not run then start afresh. */
  constructor(options: CityOptions, state: CityState) {
    const { seed, lines, turnstilesPerStation } = options;
    this.#service = state.service;
    this.#lines = new Map(
      lines.map((line) => {
        const trains = state.lines[line] ?? firstTrains(line, state.service);
        return [line, new Timetable(line, seed, resumed(trains, state.service))];
      }),
    );
    const stations = STATIONS.filter((station) => station.stops.some((stop) => lines.includes(stop.line)));
    this.#ridership = new Ridership(seed, turnstilesPerStation, state.service, stations);
  }

  get state(): CityState {
    const lines = [...this.#lines].map(([line, timetable]) => [line, [...timetable.trains]]);
    return { service: this.#service, lines: Object.fromEntries(lines) };
  }

  /** What happened since the last call, up to and including `to`. */
  advance(to: number): CityEvents {
    this.#service = Math.max(this.#service, to);
    return {
      trains: [...this.#lines.values()].flatMap((timetable) => timetable.advance(to)),
      entries: this.#ridership.advance(to),
    };
  }
}

/** Trains of a line that stood still while others ran go on from where they are: they do not make up for the time. */
function resumed(trains: readonly Train[], service: number): readonly Train[] {
  const lag = service - Math.min(...trains.map((train) => train.dueAt));
  return lag <= RUN_MS ? trains : trains.map((train) => ({ ...train, dueAt: train.dueAt + lag }));
}
