import type { ManualClock } from "../../../infra/runtime/manual-clock.ts";
import { type Random, seededRandom } from "../../../infra/runtime/random.ts";
import type { Finding } from "../../../schemas/audit.ts";
import { arrivalSensorId, turnstileId } from "../../../schemas/network/devices.ts";
import { STATIONS } from "../../../schemas/network/network.ts";
import { tamperedKafka } from "../injectors/tampered-kafka.ts";
import { findingsIn } from "../world/findings.ts";
import type { MemoryWorld } from "../world/memory-world.ts";
import { type Difference, differences } from "../world/oracle.ts";
import { Pipeline } from "../world/pipeline.ts";
import type { ScriptedDevice } from "../world/scripted-device.ts";
import { laggingKafka } from "./lagging-kafka.ts";

const STEP_MS = 250;
/** Steps of a run, in each of which something may go wrong. */
const STEPS = 160;
const TROUBLES_PER_STEP = 0.5;

export interface HonestResult {
  readonly findings: readonly Finding[];
  /** Must be none, or the run was not honest. */
  readonly differences: readonly Difference[];
  /** What went wrong on the way, in order. */
  readonly troubles: readonly string[];
}

/**
 * Devices of some stations count while everything that may go wrong goes wrong, and nothing is lost: devices unplugged,
 * rebooted, full; batches sent again; tasks that die; parts stopped and started; the whole machine asleep; the wall clock
 * set; readers that lag behind each other. The same seed gives the same run.
 */
export async function honestRun(world: MemoryWorld, seed: number): Promise<HonestResult> {
  const random = seededRandom(seed, "honest run");
  const deaths = new Deaths(random);
  const pipeline = await Pipeline.open({
    ...world,
    kafka: tamperedKafka(world.kafka, { given: (_, records) => deaths.pass(records) }),
    auditorsKafka: laggingKafka(world.kafka, { clock: world.clock, random, mostMs: 3_000 }),
  });
  const run = new HonestRun(world, pipeline, deaths, random);
  try {
    await pipeline.start();
    for (let step = 0; step < STEPS; step++) await run.step();
    await run.settle();
    return {
      findings: await findingsIn(world.kafka, pipeline.topics.audit),
      differences: await differences(world.kafka, pipeline),
      troubles: run.troubles,
    };
  } finally {
    await pipeline.close();
  }
}

/** Tasks that die before they have written anything. */
class Deaths {
  readonly #random: Random;
  #due = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Some of the next calls of any task end its life. */
  order(): void {
    this.#due = 1 + Math.floor(this.#random() * 3);
  }

  pass<T>(records: T): T {
    if (this.#due === 0) return records;
    this.#due--;
    throw new Error("this life ends here, as the run asked");
  }
}

class HonestRun {
  readonly troubles: string[] = [];
  readonly #world: MemoryWorld;
  readonly #pipeline: Pipeline;
  readonly #deaths: Deaths;
  readonly #random: Random;
  readonly #devices: readonly ScriptedDevice[];

  constructor(world: MemoryWorld, pipeline: Pipeline, deaths: Deaths, random: Random) {
    this.#world = world;
    this.#pipeline = pipeline;
    this.#deaths = deaths;
    this.#random = random;
    this.#devices = STATIONS.slice(0, 6).flatMap(({ id, stops }) =>
      [turnstileId(id, 1), turnstileId(id, 2), arrivalSensorId(id, stops[0]?.line ?? "blue", "a")].map(
        (device) => pipeline.field.device(device),
      ),
    );
  }

  async step(): Promise<void> {
    const { field } = this.#pipeline;
    for (const { id } of this.#devices) if (this.#random() < 0.4) field.press(id, this.#below(6));
    if (this.#random() < TROUBLES_PER_STEP) await this.#trouble();
    if (this.#random() < 0.8) field.collect();
    if (this.#random() < 0.8) await field.publish();
    await field.tell(this.#devices.flatMap(({ id }) => (this.#random() < 0.25 ? [id] : [])));
    await this.#world.pass(STEP_MS);
  }

  /** Everything comes back, and all that waited goes through. */
  async settle(): Promise<void> {
    const { field } = this.#pipeline;
    for (const device of this.#devices) device.plugged = true;
    for (let step = 0; step < 60; step++) {
      field.collect();
      await field.publish();
      await field.tell();
      await this.#world.pass(STEP_MS);
    }
  }

  async #trouble(): Promise<void> {
    const troubles = Object.entries(this.#table());
    const [name, happen] = troubles[this.#below(troubles.length)] as [string, () => unknown];
    this.troubles.push(name);
    await happen();
  }

  #table(): Readonly<Record<string, () => unknown>> {
    const { field } = this.#pipeline;
    const device = this.#devices[this.#below(this.#devices.length)] as ScriptedDevice;
    const clock: ManualClock = this.#world.clock;
    return {
      unplugged: () => {
        device.plugged = false;
      },
      plugged: () => {
        for (const each of this.#devices) each.plugged = true;
      },
      rebooted: () => device.reboot(),
      "replaced while empty": () => {
        if (device.ring.length === 0 && device.outbox.length === 0) device.erase();
      },
      "sent again": () => field.again(this.#random),
      reconnected: () => field.reconnect(),
      "an old state comes late": () => field.tellAgain(this.#random),
      "tasks die": () => this.#deaths.order(),
      "stopped and started": async () => {
        await this.#pipeline.stop();
        await this.#pipeline.start();
      },
      "stopped for long": async () => {
        await this.#pipeline.stop();
        for (let n = 0; n < 8; n++) {
          for (const { id } of this.#devices) field.press(id, this.#below(4));
          field.collect();
          await field.publish();
          await field.tell();
          await this.#world.pass(STEP_MS);
        }
        await this.#pipeline.start();
      },
      "the machine sleeps": () => clock.advance(120_000),
      "the wall clock is set": () => clock.setWall(clock.now() + this.#below(7_200_000) - 3_600_000),
    };
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }
}
