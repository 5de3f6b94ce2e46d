import { type Random, seededRandom } from "../../../infra/runtime/random.ts";
import type { Finding } from "../../../schemas/audit.ts";
import { arrivalSensorId, turnstileId } from "../../../schemas/network/devices.ts";
import { STATIONS } from "../../../schemas/network/network.ts";
import { Injector } from "../injectors/injector.ts";
import { tamperedKafka } from "../injectors/tampered-kafka.ts";
import { findingsIn } from "../world/findings.ts";
import type { MemoryWorld } from "../world/memory-world.ts";
import { differences, type OracleDifference } from "../world/oracle.ts";
import { Pipeline } from "../world/pipeline.ts";
import type { ScriptedDevice } from "../world/scripted-device.ts";
import { laggingKafka } from "./lagging-kafka.ts";
import { Deaths, type TroubleAround, troubles } from "./troubles.ts";

const STEP_MS = 250;
const STEPS = 160;
/** Steps in which everything is well again, until the run is looked at. */
const LAST_STEPS = 60;
const TROUBLES_PER_STEP = 0.5;

export interface TroubledResult {
  readonly findings: readonly Finding[];
  /** What is really wrong in the end: nothing, unless the run was struck. */
  readonly differences: readonly OracleDifference[];
  /** What happened on the way, in order. */
  readonly troubles: readonly string[];
}

/** What a run does besides counting and getting into trouble. Called once a step. */
export type Strikes = (
  around: TroubleAround & { readonly injector: Injector },
) => Promise<string | undefined>;

/**
 * Devices of some stations count while everything goes wrong that loses nothing: devices unplugged, rebooted, replaced;
 * batches sent again; tasks that die; parts stopped and started; the whole machine asleep; the wall clock set; readers that
 * lag behind each other. The same seed gives the same run.
 *
 * @param strikes - loses or invents something on purpose.
 */
export async function troubledRun(
  world: MemoryWorld,
  seed: number,
  strikes: Strikes = async () => undefined,
): Promise<TroubledResult> {
  const random = seededRandom(seed, "troubled run");
  const deaths = new Deaths(random);
  const injector = new Injector(world.prefix, () => pipeline.wire);
  const seen = tamperedKafka(world.kafka, injector.reading);
  const pipeline = await Pipeline.open({
    ...world,
    kafka: tamperedKafka(tamperedKafka(world.kafka, injector.tampering), {
      given: (_, records) => deaths.pass(records),
    }),
    auditorsKafka: laggingKafka(seen, random),
  });
  const { field } = pipeline;
  const devices = someDevices(pipeline);
  const around = { world, pipeline, devices, deaths, random, injector };
  const happened: string[] = [];
  try {
    await pipeline.start();
    for (let step = 0; step < STEPS; step++) {
      for (const { id } of devices) if (random() < 0.4) field.press(id, below(random, 6));
      if (random() < TROUBLES_PER_STEP) happened.push(await trouble(around));
      happened.push((await strikes(around)) ?? "");
      if (random() < 0.8) field.collect();
      if (random() < 0.8) await field.publish(injector.beforeRaw);
      await field.tell(devices.flatMap(({ id }) => (random() < 0.25 ? [id] : [])));
      await world.pass(STEP_MS);
    }
    for (const device of devices) device.plugged = true;
    for (let step = 0; step < LAST_STEPS; step++) {
      field.collect();
      await field.publish(injector.beforeRaw);
      await field.tell();
      await world.pass(STEP_MS);
    }
    return {
      findings: await findingsIn(world.kafka, pipeline.topics.audit),
      differences: await differences(seen, pipeline),
      troubles: happened.filter((name) => name !== ""),
    };
  } finally {
    await pipeline.close();
  }
}

function someDevices({ field }: Pipeline): readonly ScriptedDevice[] {
  return STATIONS.slice(0, 6).flatMap(({ id, stops }) =>
    [turnstileId(id, 1), turnstileId(id, 2), arrivalSensorId(id, stops[0]?.line ?? "blue", "a")].map(
      (device) => field.device(device),
    ),
  );
}

async function trouble(around: TroubleAround): Promise<string> {
  const all = Object.entries(troubles(around));
  const [name, happen] = all[below(around.random, all.length)] as [string, () => unknown];
  await happen();
  return name;
}

export function below(random: Random, n: number): number {
  return Math.floor(random() * n);
}
