import { parseTimes } from "../../schemas/topics.ts";

/** What an arrival says, as its schema has it. */
export interface Arrival {
  readonly train_id: string;
  readonly direction: string;
  readonly line: string;
  readonly train_status: string;
}

/** A line of the story, with its time on the wall clock, epoch ms. */
export interface Told {
  readonly at: number;
  readonly text: string;
}

/** A record of an arrival, as it was read. */
export interface SeenArrival {
  readonly at: number;
  readonly stationId: number;
  readonly value: Buffer;
  /** The record's header of this name: it has the city's own time. */
  readonly times: string | undefined;
}

const MINUTE_MS = 60_000;
/** At most so many trains are printed: nobody reads more. */
export const MAX_ARRIVALS = 50_000;

/** The story of an interval in the order of the wall clock: each train, and the entries of each minute. */
export class Story {
  readonly #nameOf: (stationId: number) => string;
  readonly #arrivals: SeenArrival[] = [];
  readonly #entries = new Map<number, Map<number, number>>();
  /** Arrivals that are not told any more. */
  untold = 0;

  constructor(nameOf: (stationId: number) => string) {
    this.#nameOf = nameOf;
  }

  arrival(seen: SeenArrival): void {
    if (this.#arrivals.length < MAX_ARRIVALS) this.#arrivals.push(seen);
    else this.untold++;
  }

  entry(at: number, stationId: number): void {
    const minute = Math.floor(at / MINUTE_MS);
    const stations = this.#entries.get(minute) ?? new Map<number, number>();
    this.#entries.set(minute, stations.set(stationId, (stations.get(stationId) ?? 0) + 1));
  }

  /** @param read - gives undefined for a value that cannot be read. */
  async lines(read: (value: Buffer) => Promise<Arrival | undefined>): Promise<readonly Told[]> {
    const trains: Told[] = [];
    for (const seen of this.#arrivals) trains.push(this.#train(seen, await read(seen.value)));
    const minutes = [...this.#entries].map(([minute, stations]): Told => {
      const busiest = [...stations].sort((x, y) => y[1] - x[1] || x[0] - y[0]).slice(0, 3);
      const total = [...stations.values()].reduce((sum, n) => sum + n, 0);
      const most = busiest.map(([id, n]) => `${this.#nameOf(id)} ${n}`).join(", ");
      // Of the minute that is over by then.
      return { at: (minute + 1) * MINUTE_MS, text: `${total} entries in this minute; most: ${most}` };
    });
    return [...trains, ...minutes].sort((x, y) => x.at - y.at);
  }

  #train({ at, stationId, times }: SeenArrival, arrival: Arrival | undefined): Told {
    const place = `at ${this.#nameOf(stationId)}`;
    if (!arrival) return { at, text: `a train ${place}, in a record that cannot be read` };
    const { train_id, direction, line, train_status } = arrival;
    const service = parseTimes(times ?? "")?.service;
    const city = service === undefined ? "" : `  (city ${new Date(service).toISOString().slice(11, 16)} UTC)`;
    const status = train_status === "in_service" ? "" : `, ${train_status.replaceAll("_", " ")}`;
    return {
      at,
      text: `${line.padEnd(5)} ${train_id.padEnd(6)} ${place}, direction ${direction}${status}${city}`,
    };
  }
}
