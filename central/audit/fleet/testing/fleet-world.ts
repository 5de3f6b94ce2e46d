import { createHash } from "node:crypto";
import type { LogReader, LookAt } from "../../../../infra/runtime/kafka/ports.ts";
import { type MemoryKafka, memoryKafka } from "../../../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { avroCodec, avroDecoder } from "../../../../infra/runtime/registry/codec.ts";
import { memoryRegistry } from "../../../../infra/runtime/registry/testing/memory.ts";
import { ManualClock } from "../../../../infra/runtime/testing/manual-clock.ts";
import { type DeadLetter, deadLetter } from "../../../../schemas/dead-letter.ts";
import { CodedError } from "../../../../schemas/errors.ts";
import { fleetEvent } from "../../../../schemas/testing/fleet-events.ts";
import { Findings } from "../../core/findings.ts";
import { type AuditedEvent, canonical, eventIn } from "../event.ts";
import { FleetAudit, type FleetMemory } from "../fleet-audit.ts";
import { identityOf } from "../fleet-auditor.ts";
import { Letters } from "../letters.ts";
import type { FleetTable, GroupKey, GroupSum, TableRow, WriterPosition } from "../table.ts";

export const FLEET = "fleet.telemetry";
const LETTERS = "letters";
const PARTITIONS = 2;

export interface EventSpec {
  readonly vehicle?: string;
  readonly boot?: number;
  readonly sequence: number;
  readonly lat?: number;
}

/** The vehicles' topic, a writer that does what it is told, a table in memory, and an auditor of both. */
export class FleetWorld {
  readonly kafka: MemoryKafka = memoryKafka();
  readonly clock = new ManualClock();
  readonly findings = new Findings();
  readonly rows = new Map<string, TableRow>();
  /** Where the writer is, per partition. */
  readonly written = [0, 0];
  away = false;
  /** Where the writer of another system is, that has the same table. */
  other = 0;
  /** So many of partition 0's first records are deleted, as by retention. */
  deleted = 0;
  audit!: FleetAudit;
  readonly #registry = memoryRegistry();
  readonly #memory = new Map<string, FleetMemory["groups"][number]>();
  #checkpoint: FleetMemory["checkpoint"] | undefined;
  #topicId = "";

  static async begin(): Promise<FleetWorld> {
    const world = new FleetWorld();
    await world.makeTopic();
    world.startAuditor();
    return world;
  }

  async makeTopic(): Promise<void> {
    const admin = await this.kafka.admin();
    await admin.deleteTopics([FLEET]);
    await admin.ensureTopics([
      { topic: FLEET, partitions: PARTITIONS },
      { topic: LETTERS, partitions: PARTITIONS },
    ]);
    this.#topicId = (await admin.topicId(FLEET)) ?? "";
    this.written.fill(0);
  }

  /** A new auditor, that goes on from what the last one kept. */
  startAuditor(): void {
    const reader = this.#reader();
    const avro = avroDecoder(this.#registry, silentLogger);
    this.audit = new FleetAudit(
      {
        topic: FLEET,
        partitionsOf: async () => PARTITIONS,
        reader,
        table: this.#table(),
        letters: new Letters({ topic: LETTERS, of: FLEET, reader, avro }, this.#checkpoint?.letters),
        report: (fact) => this.findings.report(fact, this.clock.now()),
        clock: this.clock,
        logger: silentLogger,
      },
      this.#checkpoint,
      this.#memory.values(),
    );
  }

  /** What the auditor would keep now. */
  keep(): void {
    const memory = this.audit.memory();
    if (!memory) return;
    this.#checkpoint = memory.checkpoint;
    for (const group of memory.groups) this.#memory.set(JSON.stringify(group[0]), group);
  }

  /** Places of which Kafka says nothing, as while a partition has no leader. */
  unanswered: (at: Pick<LookAt, "topic" | "partition" | "from">) => boolean = () => false;

  /** What the ingest writes. @returns the offset. */
  send({ vehicle = "V-1", boot = 1, sequence, lat = 41.88 }: EventSpec, partition = 0): number {
    const event = fleetEvent({
      ...{ vehicle_id: vehicle, boot, sequence, lat },
      time: "2026-01-01T12:00:00.123456Z",
      metadata: { model: "bus", doors: 3 },
    });
    return this.sendBytes(Buffer.from(JSON.stringify(event)), partition);
  }

  sendBytes(value: Buffer, partition = 0): number {
    const [written] = this.kafka.append([{ topic: FLEET, partition, key: null, value }]);
    return written?.offset ?? -1;
  }

  /**
   * An honest writer, up to where the topic ends.
   *
   * @param lies - what it does with an event instead of storing it; undefined: what is right.
   */
  async write(lies: (event: AuditedEvent, offset: number) => boolean = () => false): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = this.kafka.records(FLEET).filter((record) => record.partition === partition);
      for (const { offset, value } of records.slice(this.written[partition])) {
        const event = eventIn(value);
        if (!event) await this.name(partition, offset, value);
        else if (!lies(event, offset)) {
          const known = this.rows.get(identityOf(event));
          if (!known) this.store(event);
          else if (canonical(known.content) !== canonical(event.content))
            await this.name(partition, offset, value);
        }
      }
      this.written[partition] = records.length;
    }
  }

  /** The row of an event that was sent as V-1's. */
  storeSent(sequence: number): void {
    for (const { value } of this.kafka.records(FLEET)) {
      const event = eventIn(value);
      if (event?.sequence === sequence) this.store(event);
    }
  }

  store(event: AuditedEvent): void {
    this.rows.set(identityOf(event), { ...event, hash: hashOf(event) });
  }

  /** A row as somebody changed it by hand. */
  change(of: EventSpec, lat: number): void {
    const { vehicle = "V-1", boot = 1, sequence } = of;
    const row = this.rows.get(identityOf({ vehicle, boot, sequence }));
    if (row) this.store({ ...row, content: { ...row.content, lat } });
  }

  remove({ vehicle = "V-1", boot = 1, sequence }: EventSpec): void {
    this.rows.delete(identityOf({ vehicle, boot, sequence }));
  }

  /** The writer's dead letter about a record. */
  async name(partition: number, offset: number, value: Buffer | null): Promise<void> {
    const codec = await avroCodec<DeadLetter>(this.#registry, `${LETTERS}-value`, "dead-letter");
    const letter = deadLetter(
      `${FLEET}-${partition}@${offset}`,
      "telemetry",
      { code: "TELEMETRY_INVALID", message: "no event" },
      value ?? Buffer.alloc(0),
    );
    this.kafka.append([{ topic: LETTERS, partition, key: null, value: codec.encode(letter) }]);
  }

  /** So often that each group was looked at more than once. */
  async look(times = 4): Promise<void> {
    for (let n = 0; n < times; n++) {
      this.clock.advance(10_000);
      await this.audit.look();
    }
  }

  /** Each finding: kind, vehicle, boot, numbers. */
  get found(): readonly (readonly unknown[])[] {
    return [...this.findings.all].map(({ kind, deviceId, bootId, ranges }) => [
      kind,
      deviceId,
      bootId,
      ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(" "),
    ]);
  }

  #reader(): LogReader {
    const all = this.kafka.logReader({ headers: [] });
    return {
      look: async (at) =>
        (await all.look(at.filter((one) => !this.unanswered(one)))).map((looked) => {
          if (looked.topic !== FLEET || looked.partition !== 0) return looked;
          const records = [...looked.records].filter(({ offset }) => offset >= this.deleted);
          return { ...looked, records, start: this.deleted };
        }),
      stop: () => all.stop(),
    };
  }

  #table(): FleetTable {
    return {
      at: async (work) => {
        if (this.away) {
          throw new CodedError("DEPENDENCY_UNAVAILABLE", { message: "PostgreSQL: gone", retryable: true });
        }
        const positions = this.written.map(
          (next, partition): WriterPosition => ({ topic: FLEET, partition, topicId: this.#topicId, next }),
        );
        if (this.other > 0)
          positions.push({ topic: `other.${FLEET}`, partition: 0, topicId: "other", next: this.other });
        return work({
          positions: async () => positions,
          rows: async (of) => of.flatMap((one) => this.rows.get(identityOf(one)) ?? []),
          groups: async (after, limit) => {
            const sums = new Map<string, GroupSum>();
            for (const { vehicle, boot, hash } of this.rows.values()) {
              const name = `${vehicle} ${boot}`;
              const sum = sums.get(name) ?? { vehicle, boot, rows: 0, hash: 0n };
              sums.set(name, { ...sum, rows: sum.rows + 1, hash: BigInt.asUintN(64, sum.hash + hash) });
            }
            const inOrder = [...sums.values()].sort(compareKeys);
            return inOrder.filter((sum) => after === null || compareKeys(sum, after) > 0).slice(0, limit);
          },
          group: async ({ vehicle, boot }) =>
            [...this.rows.values()]
              .filter((row) => row.vehicle === vehicle && row.boot === boot)
              .sort((x, y) => x.sequence - y.sequence),
        });
      },
    };
  }
}

function compareKeys(x: GroupKey, y: GroupKey): number {
  if (x.vehicle !== y.vehicle) return x.vehicle < y.vehicle ? -1 : 1;
  return x.boot - y.boot;
}

/** As md5 there: a sum that is linear in the contents would not see two of them swapped. */
function hashOf({ vehicle, boot, sequence, content }: AuditedEvent): bigint {
  const text = canonical([vehicle, boot, sequence, content]);
  return createHash("md5").update(text).digest().readBigUInt64BE();
}
