import { AUDIT_KEYS, type Verdict } from "../../schemas/audit.ts";
import { arrivalSensorId, turnstileId } from "../../schemas/network/devices.ts";
import { stationById } from "../../schemas/network/network.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../schemas/topic-settings.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { memoryRegistries } from "../proof/world/registry.ts";
import { type Stage, StageProcess } from "./central/process.ts";
import { Box } from "./edge/box.ts";
import { Cables } from "./field/cables.ts";
import { Field } from "./field/field.ts";
import { Broker } from "./kafka/broker.ts";
import { Gateway } from "./mqtt/gateway.ts";
import { Network } from "./mqtt/network.ts";
import type { World } from "./world.ts";

/** One station in each partition. */
const STATIONS = [40380, 40330] as const;
const GATEWAYS = ["gateway-1", "gateway-2"] as const;
const STAGES: readonly (readonly [string, Stage])[] = [
  ["dedup-1", "dedup"],
  ["dedup-2", "dedup"],
  ["ksql-1", "ksql"],
  ["ksql-2", "ksql"],
  ["audit-1", "audit"],
];

/** The whole way, from devices to the auditor: the system's own code over simulated hosts, disks, network and Kafka. */
export class System {
  readonly world: World;
  readonly broker: Broker;
  readonly cables: Cables;
  readonly field: Field;
  readonly network: Network;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly stages: ReadonlyMap<string, StageProcess>;
  /** Was a topic made again? */
  madeAgain = false;
  #clones = 0;
  /** The auditor's last verdict, of its topic up to this offset. */
  #said: Verdict | undefined;
  #saidUntil = 0;

  constructor(world: World) {
    this.world = world;
    this.broker = new Broker(world);
    for (const spec of topicSettings(TOPICS, BUILT_IN_LIMITS)) this.broker.memory.log.ensure(spec);
    const { broker } = this;
    const registries = memoryRegistries();
    this.cables = new Cables(world);
    this.gateways = new Map(
      GATEWAYS.map((name) => [name, new Gateway({ world, broker, registry: registries.stages, name })]),
    );
    this.network = new Network(world, this.gateways);
    this.boxes = new Map(STATIONS.map((station) => [`box-${station}`, this.#box(`box-${station}`, station)]));
    this.stages = new Map(
      STAGES.map(([name, stage]) => [name, new StageProcess({ world, broker, registries, stage, name })]),
    );
    this.field = new Field(world, this.cables, STATIONS.flatMap(deviceIdsOf));
  }

  start(): void {
    for (const part of [...this.stages.values(), ...this.gateways.values(), ...this.boxes.values()])
      part.start();
  }

  /** The processes, by name. */
  processes(): ReadonlyMap<string, Box | Gateway | StageProcess> {
    return new Map<string, Box | Gateway | StageProcess>([...this.boxes, ...this.gateways, ...this.stages]);
  }

  /** Kill a process; its connections are reset by its machine. */
  kill(name: string): void {
    this.processes().get(name)?.kill();
    if (this.boxes.has(name)) this.network.reset(name);
  }

  /** Another agent of the same station, on another machine and without lines, until the returned function ends it. */
  clone(name: string): () => void {
    const clone = this.#box(`${name}-clone-${++this.#clones}`, Number(name.slice("box-".length)), false);
    clone.start();
    return () => {
      clone.kill();
      this.network.reset(clone.name);
    };
  }

  /**
   * What an operator does: of a topic that was made again it is not known what it held behind the auditor's last look, and
   * that it held nothing more is known to who made it again.
   */
  resolve(finding: string): void {
    const resolution = {
      at: this.world.wall("kafka").now(),
      by: "operator",
      reason: "made again while empty",
    };
    const key = Buffer.from(AUDIT_KEYS.resolution + finding);
    const value = Buffer.from(JSON.stringify(resolution));
    this.broker.memory.append([{ topic: TOPICS.audit, partition: 0, key, value }]);
  }

  /** What the auditor said last. */
  readonly verdict = (): Verdict | undefined => {
    const { log } = this.broker.memory;
    const news = log.readable(TOPICS.audit, 0, this.#saidUntil);
    this.#saidUntil += news.length;
    const last = news.findLast(({ key }) => String(key) === AUDIT_KEYS.verdict);
    if (last?.value) this.#said = JSON.parse(String(last.value)) as Verdict;
    return this.#said;
  };

  #box(name: string, station: number, hasLines = true): Box {
    return new Box({
      world: this.world,
      cables: hasLines ? this.cables : new Cables(this.world),
      stations: [station],
      name,
      urls: GATEWAYS,
      connect: (life) => this.network.connector(life),
    });
  }
}

function deviceIdsOf(station: number): readonly string[] {
  const line = stationById(station)?.stops[0]?.line ?? "blue";
  return [turnstileId(station, 1), turnstileId(station, 2), arrivalSensorId(station, line, "a")];
}
