import { SmallChicago } from "../../central/dashboard/server/testing/small-chicago.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { DIRECTIONS, type Direction, LINES, type Line, STATIONS } from "../../schemas/network/network.ts";

/** Wall time from one stop to the next. */
const STEP_MS = 5_000;
/** What the fixture writes before a server reads it, so that a page opens on a morning that is under way. */
const PAST_MS = 120_000;
/** Stops between two trains of a direction, on a morning when all is well. */
const SPACING = 6;
const VEHICLES = 12;
/** Between two events of a vehicle. */
const DRIVE_MS = 1_000;

interface Run {
  readonly id: string;
  readonly line: Line;
  direction: Direction;
  order: number;
  dueAt: number;
}

/** The stations of a line in its order. */
function alongLine(line: Line): readonly number[] {
  return STATIONS.flatMap(({ id, stops }) =>
    stops.filter((stop) => stop.line === line).map(({ order }) => ({ id, order })),
  )
    .sort((x, y) => x.order - y.order)
    .map(({ id }) => id);
}

const STOPS: Readonly<Record<Line, readonly number[]>> = {
  red: alongLine("red"),
  blue: alongLine("blue"),
  green: alongLine("green"),
};

/** Agents repeat what they know; here one device speaks for all of them, which is enough to be heard. */
const TELL_MS = 10_000;
const REPEATING = "40900-T1";

/** A small Chicago on a busy morning: trains on every line and people at every station, the same at every run. */
export class BusyChicago {
  readonly city: SmallChicago;
  readonly #random = seededRandom(40380);
  readonly #runs: Run[] = [];
  /** Trains that stand where they broke down. */
  readonly #broken = new Set<string>();
  readonly #silentFrom: number;
  #drivenAt = 0;
  #toldAt = 0;
  #now: number;

  private constructor(now: number) {
    this.#now = now - PAST_MS;
    this.#silentFrom = now - PAST_MS / 2;
    this.city = new SmallChicago(() => this.#now);
  }

  /** @param now - wall ms at which the present begins; two minutes before it are written. */
  static async at(now: number): Promise<BusyChicago> {
    const busy = new BusyChicago(now);
    const { city } = busy;
    await city.topicsExist();
    city.stations();
    city.weather(54, "windy");
    city.online();
    busy.#start();
    for (let at = now - PAST_MS; at <= now; at += 500) busy.advance(at);
    return busy;
  }

  /** A train stays at the stop where it is now. */
  breakDown(trainId: string): void {
    const run = this.#runs.find(({ id }) => id === trainId);
    const stationId = run && STOPS[run.line][run.order];
    if (!run || stationId === undefined) throw new Error(`no train ${trainId}`);
    this.#broken.add(trainId);
    this.city.arrive(run.id, stationId, run.line, run.direction, "broken_down");
  }

  /** Vehicles on their way round the Loop; one of them is silent after the first minute. */
  #drive(now: number): void {
    const minutes = now / 60_000;
    for (let n = 1; n <= VEHICLES; n++) {
      if (n === 5 && now > this.#silentFrom) continue;
      const angle = minutes * (1 + n / VEHICLES) + n;
      const reach = 0.01 * (1 + (n % 4));
      this.city.drive(`V-${String(n).padStart(3, "0")}`, {
        lat: 41.885 + reach * Math.sin(angle),
        lon: -87.66 + 1.4 * reach * Math.cos(angle),
        speed: 20 + 3 * n,
        heading: ((((-angle * 180) / Math.PI) % 360) + 360) % 360,
        battery: 100 - 4 * n,
      });
    }
  }

  /** What has happened until `now`, wall ms. */
  advance(now: number): void {
    this.#now = now;
    if (now - this.#drivenAt >= DRIVE_MS) {
      this.#drivenAt = now;
      this.#drive(now);
    }
    if (now - this.#toldAt >= TELL_MS) {
      this.#toldAt = now;
      this.city.tell(REPEATING);
    }
    for (const run of this.#runs) if (run.dueAt <= now && !this.#broken.has(run.id)) this.#step(run);
    for (const { id, entries } of STATIONS)
      if (this.#random() < 0.4)
        this.city.press(id, 1 + Math.floor((this.#random() * entries.weekday) / 1_500));
  }

  #start(): void {
    for (const line of LINES) {
      let number = 0;
      for (const direction of DIRECTIONS) {
        const first = Math.floor(this.#random() * SPACING);
        for (let order = first; order < STOPS[line].length; order += SPACING) {
          const id = `${line[0]?.toUpperCase()}L${String(++number).padStart(3, "0")}`;
          this.#runs.push({ id, line, direction, order, dueAt: this.#now + this.#random() * STEP_MS });
        }
      }
    }
  }

  #step(run: Run): void {
    const stops = STOPS[run.line];
    const next = run.order + (run.direction === "a" ? -1 : 1);
    if (next < 0 || next >= stops.length) run.direction = run.direction === "a" ? "b" : "a";
    else run.order = next;
    run.dueAt += STEP_MS;
    const stationId = stops[run.order];
    if (stationId !== undefined) this.city.arrive(run.id, stationId, run.line, run.direction);
  }
}
