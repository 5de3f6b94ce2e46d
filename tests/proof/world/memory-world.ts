import type { KafkaAdmin } from "../../../infra/runtime/kafka/ports.ts";
import { type MemoryKafka, memoryKafka } from "../../../infra/runtime/kafka/testing/memory.ts";
import { ManualClock } from "../../../infra/runtime/testing/manual-clock.ts";
import { memoryRegistries } from "./registry.ts";
import type { World } from "./world.ts";

/** A world in memory, where time passes only as it is told to. */
export interface MemoryWorld extends World {
  readonly clock: ManualClock;
  readonly kafka: MemoryKafka;
  /** Work off everything that is in the topics. */
  settled(): Promise<void>;
}

/** Time passes in steps of so many ms, with all that is due after each. */
const STEP_MS = 250;

/** Turns of the event loop without a new record after which nothing is under way any more. */
const QUIET_TURNS = 20;

export async function memoryWorld(): Promise<MemoryWorld> {
  const clock = new ManualClock();
  const kafka = memoryKafka(() => clock.now());
  const admin = await kafka.admin();
  const settled = async (): Promise<void> => {
    for (let before = -1, now = await records(admin); now !== before; now = await records(admin)) {
      before = now;
      for (let turn = 0; turn < QUIET_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    clock,
    kafka,
    registries: memoryRegistries(),
    prefix: "",
    settled,
    async pass(ms) {
      for (let left = ms; left > 0; left -= STEP_MS) {
        clock.advance(Math.min(STEP_MS, left));
        await settled();
      }
    },
  };
}

/** Of all topics together. */
async function records(admin: KafkaAdmin): Promise<number> {
  let count = 0;
  for (const topic of await admin.listTopics()) {
    for (const end of await admin.endOffsets(topic)) count += end;
  }
  return count;
}
