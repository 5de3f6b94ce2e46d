import { type Random, seededRandom } from "../../infra/runtime/random.ts";
import { Life, WallClock } from "./time/life.ts";
import { Scheduler } from "./time/scheduler.ts";
import { Trace } from "./trace.ts";
import { type Followed, Way } from "./way.ts";

/** What everything in one run shares: its time, its chance and its trace. */
export class World {
  readonly seed: number;
  readonly scheduler = new Scheduler();
  readonly trace: Trace;
  /** Of the reading that is followed. */
  readonly way: Way | undefined;
  readonly #walls = new Map<string, WallClock>();

  /** @param onEvent - is told of each event of the trace. */
  constructor(seed: number, onEvent?: (line: string) => void, followed?: Followed) {
    this.seed = seed;
    this.way = followed && new Way(followed, () => this.scheduler.now);
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
