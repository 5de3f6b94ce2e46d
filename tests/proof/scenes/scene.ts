import { expect } from "vitest";
import type { InRecord, Kafka } from "../../../infra/runtime/kafka/ports.ts";
import { contentsOf } from "../../../infra/runtime/kafka/testing/contents.ts";
import { AUDIT_KEYS, type Finding, isOpen, type Verdict } from "../../../schemas/audit.ts";
import { turnstileId } from "../../../schemas/network/devices.ts";
import { STATIONS } from "../../../schemas/network/network.ts";
import { type InjectionSeat, Injector } from "../injectors/injector.ts";
import type { Fault, Strike, StrikeTarget } from "../injectors/strike.ts";
import { tamperedKafka } from "../injectors/tampered-kafka.ts";
import { MatrixTraffic } from "../matrix/traffic.ts";
import { findingsIn } from "../world/findings.ts";
import { type MemoryWorld, memoryWorld } from "../world/memory-world.ts";
import { Pipeline } from "../world/pipeline.ts";
import type { ScriptedField } from "../world/scripted-field.ts";
import { copyOf, nameOf } from "../world/wire.ts";

const STEP_MS = 500;

/** What a finding says, without its own name, its times and its words. */
export type Said = Pick<Finding, "kind" | "hop" | "cause" | "deviceId" | "stationId" | "ranges" | "readings">;

interface SceneOptions {
  /** Also the copies per station. */
  readonly perStation?: boolean;
  /** Does the auditor run from the beginning? */
  readonly audited?: boolean;
  /** What stands between Kafka and the auditor alone. */
  readonly auditors?: (kafka: Kafka) => Kafka;
}

/** One thing that happens to the whole pipeline in memory, told as a story: press, strike, let time pass, look. */
export class Scene {
  readonly world: MemoryWorld;
  readonly pipeline: Pipeline;
  readonly injector: Injector;

  /** Everything runs, but the auditor where it is not wanted yet, and nothing has happened. */
  static async open({
    audited = true,
    auditors = (kafka) => kafka,
    ...options
  }: SceneOptions = {}): Promise<Scene> {
    const world = await memoryWorld();
    const injector = new Injector(world.prefix, () => pipeline.wire);
    const pipeline = await Pipeline.open({
      ...world,
      ...options,
      kafka: tamperedKafka(world.kafka, injector.tampering),
      auditorsKafka: auditors(tamperedKafka(world.kafka, injector.reading)),
    });
    for (const stage of ["dedup", "ksql"] as const) await pipeline.startStage(stage);
    if (audited) await pipeline.startStage("audit");
    return new Scene(world, pipeline, injector);
  }

  private constructor(world: MemoryWorld, pipeline: Pipeline, injector: Injector) {
    this.world = world;
    this.pipeline = pipeline;
    this.injector = injector;
  }

  get field(): ScriptedField {
    return this.pipeline.field;
  }

  /** Entries at forty turnstiles of other stations than the first few, for so long. */
  async traffic(perSecond: number, seconds: number): Promise<void> {
    const ids = STATIONS.slice(40, 80).map(({ id }) => turnstileId(id, 1));
    const traffic = new MatrixTraffic(this.field, ids, perSecond);
    for (let ms = 0; ms < seconds * 1000; ms += STEP_MS) {
      traffic.press(STEP_MS);
      await this.step();
    }
  }

  /** A device counts so many, and all of them are struck on their way. @returns the strike. */
  strike(
    seat: InjectionSeat,
    fault: Fault,
    deviceId: string,
    readings: number,
    partnerId = deviceId,
  ): Strike {
    const device = this.field.device(deviceId);
    const range = { from: device.seq + 1, to: device.seq + readings };
    const strike = { fault, range, target: this.#target(deviceId), partner: this.#target(partnerId) };
    this.injector.strike(seat, strike);
    this.field.press(deviceId, readings);
    return strike;
  }

  #target(id: string): StrikeTarget {
    const { bootId, stationId } = this.field.device(id);
    return { deviceId: id, bootId, stationId };
  }

  /** What waits goes its way, the agents tell, and half a second passes. */
  async step(): Promise<void> {
    this.field.collect();
    await this.field.publish(this.injector.beforeRaw);
    await this.field.tell();
    await this.world.pass(STEP_MS);
  }

  async pass(seconds: number): Promise<void> {
    for (let ms = 0; ms < seconds * 1000; ms += STEP_MS) await this.step();
  }

  /** Everything but Kafka ends, and begins again. */
  async restart(): Promise<void> {
    await this.pipeline.stop();
    await this.pipeline.start();
  }

  findings(): Promise<readonly Finding[]> {
    return findingsIn(this.world.kafka, this.pipeline.topics.audit);
  }

  /** What is said, in order of stations and devices. */
  async said(): Promise<readonly Said[]> {
    const said = (await this.findings()).map(
      ({ kind, hop, cause, deviceId, stationId, ranges, readings }): Said => ({
        kind,
        hop,
        cause,
        deviceId,
        stationId,
        ranges,
        readings,
      }),
    );
    const place = ({ kind, stationId, deviceId }: Said): string => `${stationId} ${deviceId} ${kind}`;
    return said.sort((x, y) => place(x).localeCompare(place(y)));
  }

  /** Findings that break the proof. */
  async open(): Promise<readonly Finding[]> {
    return (await this.findings()).filter((finding) => isOpen(finding));
  }

  async verdict(): Promise<Verdict> {
    const last = (await this.verdicts()).at(-1);
    expect(last, "the auditor has said something").toBeDefined();
    return last as Verdict;
  }

  /** All that were ever given: memory keeps what compaction would remove. */
  async verdicts(): Promise<readonly Verdict[]> {
    const records = await contentsOf(this.world.kafka, [this.pipeline.topics.audit]);
    return records.flatMap(({ key, value }) =>
      key?.toString() === AUDIT_KEYS.verdict && value ? (JSON.parse(value.toString()) as Verdict) : [],
    );
  }

  /** A stranger writes another sum of a station: the newest one and so many more. */
  async forgeSum(stationId: number, more: number): Promise<void> {
    const { wire, topics, producer } = this.pipeline;
    const last = this.records(topics.turnstileSummary).findLast(
      (row) => wire.stationKeyOf(row) === stationId,
    );
    if (!last) throw new RangeError(`there is no sum of ${stationId}`);
    await producer.send([copyOf(wire.withCount(last, wire.countOf(last) + more))]);
  }

  /** A stranger writes a clean record of a device again and again. */
  async forgeCopies(deviceId: string, seq: number, times: number): Promise<void> {
    const { topics, producer } = this.pipeline;
    const record = [topics.arrivals, topics.turnstiles]
      .flatMap((topic) => this.records(topic))
      .find((one) => nameOf(one).deviceId === deviceId && nameOf(one).seq === seq);
    if (!record) throw new RangeError(`there is no clean record ${seq} of ${deviceId}`);
    await producer.send(Array.from({ length: times }, () => copyOf(record)));
  }

  records(topic: string): readonly InRecord[] {
    return this.world.kafka.records(topic);
  }

  close(): Promise<void> {
    return this.pipeline.close();
  }
}

/** Two turnstiles and a sensor, of stations that other traffic spares and of one partition. */
export const ONE = "40900-T1";
export const OTHER = "41300-T1";
export const SENSOR = "40900-red-A1";

/** A scene in which these have counted ten readings each, which have come through. */
export async function sceneWithPast(): Promise<Scene> {
  const scene = await Scene.open();
  for (const id of [ONE, OTHER, SENSOR]) scene.field.press(id, 10);
  await scene.traffic(20, 5);
  return scene;
}
