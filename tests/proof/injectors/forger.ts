import type { InRecord } from "../../../infra/runtime/kafka/ports.ts";
import { contentsOf } from "../../../infra/runtime/kafka/testing/contents.ts";
import type { Pipeline } from "../world/pipeline.ts";
import { copyOf, nameOf } from "../world/wire.ts";
import type { World } from "../world/world.ts";
import { type Strike, struckSeq } from "./strike.ts";

const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 250;

/**
 * A stranger's producer writes the struck reading's clean record once more, byte for byte, once it is there.
 *
 * @throws Error when it never comes.
 */
export async function forgeCopies(
  world: World,
  pipeline: Pipeline,
  strikes: readonly Strike[],
): Promise<void> {
  const { arrivals, turnstiles } = pipeline.topics;
  let left = strikes;
  const until = world.clock.monotonic() + PATIENCE_MS;
  while (left.length > 0) {
    const records = await contentsOf(world.kafka, [arrivals, turnstiles]);
    const found = left.map((strike) => records.find((record) => isStruck(record, strike)));
    const copies = found.flatMap((record) => record ?? []);
    if (copies.length > 0) await pipeline.producer.send(copies.map(copyOf));
    left = left.filter((_, n) => !found[n]);
    if (left.length > 0 && world.clock.monotonic() > until)
      throw new Error(`the clean topic never had ${left[0]?.target.deviceId}`);
    if (left.length > 0) await world.pass(LOOK_EVERY_MS);
  }
}

function isStruck(record: InRecord, strike: Strike): boolean {
  const { deviceId, bootId, seq } = nameOf(record);
  return deviceId === strike.target.deviceId && bootId === strike.target.bootId && seq === struckSeq(strike);
}
