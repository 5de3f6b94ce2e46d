import { messageOf } from "../../../../schemas/errors.ts";
import type { InRecord, Producer, Tail } from "../../../runtime/kafka/ports.ts";
import { Catalog } from "../catalog/catalog.ts";
import { type EngineDependencies, type QuerySpec, RunningQuery } from "../engine/running-query.ts";
import { isInternalOf } from "../engine/topology.ts";
import { NO_WARD, type Ward } from "../isolation/ward.ts";
import { type Applied, applyCommand } from "./apply.ts";
import { type Command, decodeCommand, encodeCommand } from "./command.ts";

export interface CommandStatus {
  readonly status: "QUEUED" | "SUCCESS" | "ERROR";
  readonly message: string;
  readonly queryId: string | null;
}

interface Outcome {
  readonly offset: number;
  readonly status: CommandStatus;
  readonly error?: unknown;
}

/** Every change is written at once when buffering is switched off, as for ksqlDB. */
const BUFFERING = ["cache.max.bytes.buffering", "statestore.cache.max.bytes"];

/**
 * The catalog and the running queries as the command topic says: each instance of a service reads the whole topic,
 * so all come to the same, and a restart begins where the last ended.
 */
export class ServerState {
  readonly catalog: Catalog;
  readonly statuses = new Map<string, CommandStatus>();
  readonly #deps: EngineDependencies;
  readonly #topic: string;
  readonly #running = new Map<string, RunningQuery>();
  readonly #ending = new Map<string, Promise<void>>();
  /** While commands are read back: the queries that no later command has ended. */
  readonly #remembered = new Map<string, QuerySpec>();
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  readonly #outcomes = new Map<number, Outcome>();
  readonly #ward: Ward;
  #replaying = true;
  #producer: Producer | undefined;
  #tail: Tail | undefined;

  constructor(deps: EngineDependencies, topic: string) {
    this.#deps = deps;
    this.catalog = new Catalog(() => deps.clock.now());
    this.#topic = topic;
    this.#ward = deps.ward ?? NO_WARD;
  }

  /** Read all commands there are, then run the queries that are left. */
  async open(): Promise<void> {
    const { admin, kafka } = this.#deps;
    const config = { "cleanup.policy": "delete", "retention.ms": "-1" };
    const [producer] = await Promise.all([
      kafka.producer({ lingerMs: 0 }),
      admin.ensureTopics([{ topic: this.#topic, partitions: 1, config }]),
    ]);
    this.#producer = producer;
    this.#tail = await kafka.tail({
      topics: [this.#topic],
      from: "beginning",
      onRecords: (records) => {
        for (const record of records) this.#take(record);
      },
    });
    await this.#tail.caughtUp;
    this.#replaying = false;
    for (const spec of this.#remembered.values()) this.#run(spec);
  }

  running(queryId: string): RunningQuery | undefined {
    return this.#running.get(queryId);
  }

  /** As ksqlDB calls the state of a persistent query. */
  stateOf(queryId: string): "RUNNING" | "ERROR" {
    const out = this.#ward.isolated.has(queryId) || this.running(queryId)?.state === "ERROR";
    return out ? "ERROR" : "RUNNING";
  }

  /** Write a command and wait until this instance has applied it. @throws what applying it threw. */
  async distribute(command: Command): Promise<{ offset: number; status: CommandStatus }> {
    if (!this.#producer) throw new Error("the server has not started");
    const [written] = await this.#producer.send([
      { topic: this.#topic, partition: 0, key: Buffer.from(command.id), value: encodeCommand(command) },
    ]);
    const offset = written?.offset ?? 0;
    const outcome =
      this.#outcomes.get(offset) ??
      (await new Promise<Outcome>((resolve) => {
        this.#waiting.set(offset, resolve);
      }));
    this.#outcomes.delete(offset);
    if (outcome.error !== undefined) throw outcome.error;
    return outcome;
  }

  /** Internal topics of a query that is over. */
  async deleteInternal(queryIds: readonly string[]): Promise<void> {
    const { admin, prefix } = this.#deps;
    const topics = await admin.listTopics();
    const doomed = queryIds.flatMap((id) => topics.filter(isInternalOf(prefix, id)));
    if (doomed.length > 0) await admin.deleteTopics(doomed);
  }

  /** The queries' loops have ended on this instance. */
  async stopped(queryIds: readonly string[]): Promise<void> {
    await Promise.all(queryIds.map((id) => this.#ending.get(id)));
  }

  async close(): Promise<void> {
    await this.#tail?.stop();
    await Promise.all([...this.#running.values()].map((query) => query.stop()));
    await Promise.all(this.#ending.values());
    await this.#producer?.close();
  }

  #take(record: InRecord): void {
    const { offset } = record;
    const command = decodeCommand(record.value);
    if (!command) {
      this.#deps.logger.warn({ offset }, "unreadable command left out");
      return;
    }
    let outcome: Outcome;
    try {
      const applied = applyCommand(this.catalog, command, offset);
      this.#act(applied, command);
      const status = { status: "SUCCESS", message: applied.message, queryId: applied.queryId } as const;
      outcome = { offset, status };
    } catch (error) {
      const reason = messageOf(error);
      this.#deps.logger.warn({ offset, command: command.id, reason }, "command not applied");
      outcome = { offset, status: { status: "ERROR", message: messageOf(error), queryId: null }, error };
    }
    this.statuses.set(command.id, outcome.status);
    if (this.#replaying) return;
    const waiting = this.#waiting.get(offset);
    this.#waiting.delete(offset);
    if (waiting) waiting(outcome);
    else this.#keep(outcome);
  }

  /** The reader may be faster than the producer's answer. */
  #keep(outcome: Outcome): void {
    this.#outcomes.set(outcome.offset, outcome);
    const [oldest] = this.#outcomes.keys();
    if (this.#outcomes.size > 1000 && oldest !== undefined) this.#outcomes.delete(oldest);
  }

  #act({ started, terminated }: Applied, { properties, starts }: Command): void {
    for (const id of terminated ?? []) {
      this.#remembered.delete(id);
      this.#end(id);
    }
    if (!started) return;
    const { query, plan, sink } = started;
    const everyChange = BUFFERING.some((name) => properties[name] === "0");
    const spec = { queryId: query.id, plan, sink, everyChange, ...(starts ? { starts } : {}) };
    if (this.#replaying) this.#remembered.set(query.id, spec);
    else this.#run(spec);
  }

  #run(spec: QuerySpec): void {
    if (this.#ward.isolated.has(spec.queryId)) return;
    this.#running.set(spec.queryId, new RunningQuery(this.#deps, spec));
  }

  #end(id: string): void {
    this.#ward.forget(id);
    const query = this.#running.get(id);
    if (!query) return;
    this.#running.delete(id);
    const ending = query.stop().finally(() => this.#ending.delete(id));
    this.#ending.set(id, ending);
  }
}
