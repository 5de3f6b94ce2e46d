import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { Registry } from "prom-client";
import { expect } from "vitest";
import { startAudit } from "../../central/audit/audit.ts";
import { postgresTable } from "../../central/audit/fleet/table.ts";
import { AuditView } from "../../central/audit/view.ts";
import { startTelemetry } from "../../central/telemetry/telemetry.ts";
import { readFleetStatus, verdictOf } from "../../firmware-sim/vehicles/status.ts";
import { migrate } from "../../infra/operator/postgres/migrate.ts";
import { migrations } from "../../infra/operator/postgres/migrations.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import type { Kafka, KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";
import { subscriber } from "../../infra/runtime/kafka/subscription.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { memoryRegistry } from "../../infra/runtime/registry/testing/memory.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { fleetRecord } from "../../schemas/testing/fleet-events.ts";
import { topicNames } from "../../schemas/topics.ts";

interface Role {
  stop(): Promise<void>;
}

/** A database and topics of their own on real servers, a writer between them, and an auditor of both. */
export class FleetSystem {
  readonly client: Client;
  readonly topic: string;
  readonly kafka: Kafka;
  readonly #cluster: Parameters<typeof createKafka>[0];
  readonly #access: { readonly connectionString: string };
  readonly #prefix: string;
  readonly #registry = memoryRegistry();
  readonly #open: (() => Promise<unknown>)[] = [];
  #sequence = 0;

  /** @param postgresUrl - of a server; the database is made. */
  static async begin(postgresUrl: string, broker: string): Promise<FleetSystem> {
    const name = `fleet_${randomUUID().replaceAll("-", "")}`;
    const url = new URL(postgresUrl);
    url.pathname = `/${name}`;
    const system = new FleetSystem(name, url.href, broker);
    await migrate(system.#access, migrations());
    await system.client.connect();
    system.#open.push(() => system.client.end());
    return system;
  }

  private constructor(name: string, connectionString: string, broker: string) {
    this.#access = { connectionString };
    this.#cluster = { brokers: [broker], clientId: "fleet", logger: silentLogger, clock: systemClock };
    this.#prefix = `${name}.`;
    this.client = new Client(this.#access);
    this.topic = topicNames(this.#prefix).fleet;
    this.kafka = createKafka(this.#cluster);
  }

  async close(): Promise<void> {
    for (const close of this.#open.splice(0).reverse()) await close();
  }

  async writer(): Promise<Role> {
    const role = await startTelemetry({
      kafka: this.kafka,
      subscribe: subscriber(this.#cluster),
      registry: this.#registry,
      postgres: this.#access,
      prefix: this.#prefix,
      logger: silentLogger,
      metrics: new Registry(),
    });
    return this.#stoppable(role);
  }

  auditor(): Role {
    return this.#stoppable(
      startAudit({
        kafka: this.kafka,
        registry: this.#registry,
        prefix: this.#prefix,
        perStation: false,
        fleet: postgresTable(this.#access),
        clock: systemClock,
        logger: silentLogger,
        metrics: new Registry(),
        instance: randomUUID(),
      }),
    );
  }

  /** What the auditor says, as it says it. */
  async audit(): Promise<AuditView> {
    const view = new AuditView();
    const tail = await this.kafka.tail({
      topics: [topicNames(this.#prefix).audit],
      from: "beginning",
      onRecords: (records) => {
        for (const { key, value } of records) view.apply(String(key), value && String(value));
      },
    });
    this.#open.push(() => tail.stop());
    return view;
  }

  async send(events: number): Promise<void> {
    const values = Array.from({ length: events }, () => fleetRecord({ sequence: ++this.#sequence }));
    await this.sendBytes(values.map((value) => Buffer.from(JSON.stringify(value))));
  }

  async sendBytes(values: readonly Buffer[]): Promise<void> {
    const producer = await this.kafka.producer();
    await producer.send(
      values.map((value) => ({ topic: this.topic, partition: 0, key: Buffer.from("V-1"), value })),
    );
    await producer.close();
  }

  /** The topics that an auditor of the readings waits for. */
  async makeTopics(admin: KafkaAdmin): Promise<void> {
    const { raw, fleet } = topicNames(this.#prefix);
    await admin.ensureTopics([raw, fleet].map((topic) => ({ topic, partitions: 2 })));
  }

  async madeAnew(admin: KafkaAdmin): Promise<void> {
    const { topic } = this;
    await admin.deleteTopics([topic]);
    await eventually(async () => expect(await admin.listTopics()).not.toContain(topic));
    await eventually(() => admin.ensureTopics([{ topic, partitions: 2 }]));
  }

  async rows(expected: number): Promise<void> {
    await eventually(async () => {
      const { rows } = await this.client.query("SELECT count(*)::int AS n FROM av_telemetry.diag");
      expect(rows).toEqual([{ n: expected }]);
    });
  }

  /** What `npm run fleet -- status` says, where Kafka holds so many events. */
  async verdict(inKafka: number): Promise<string> {
    const nothing = async () => undefined;
    const status = await readFleetStatus({ url: "http://127.0.0.1:1", postgres: this.#access }, nothing);
    return verdictOf({ ...status, inKafka });
  }

  #stoppable(role: Role): Role {
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= role.stop());
    this.#open.push(stop);
    return { stop };
  }
}
