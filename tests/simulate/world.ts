import { type Random, seededRandom } from "../../infra/runtime/random.ts";
import { Life, WallClock } from "./time/life.ts";
import { Scheduler } from "./time/scheduler.ts";
import { Trace } from "./trace.ts";

/** What everything in one run shares: its time, its chance and its trace. */
export class World {
  readonly seed: number;
  readonly scheduler = new Scheduler();
  readonly trace: Trace;
  readonly #walls = new Map<string, WallClock>();

  /** @param onEvent - is told of each event of the trace. */
  constructor(seed: number, onEvent?: (line: string) => void) {
    this.seed = seed;
    this.trace = new Trace(() => this.scheduler.now, onEvent);
  }

  /** A source for one purpose: what other purposes use of chance changes nothing in it. */
  random(purpose: string): Random {
    return seededRandom(this.seed, purpose);
  }

  /** The clock on the wall of a machine. */
  wall(machine: string): WallClock {
    const wall = this.#walls.get(machine) ?? new WallClock(this.scheduler);
    this.#walls.set(machine, wall);
    return wall;
  }

  life(name: string, machine: string): Life {
    return new Life(name, this.scheduler, this.wall(machine));
  }
}
