import type { OutRecord } from "../../../runtime/kafka/ports.ts";
import { memoryKafka } from "../../../runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../../runtime/logger.ts";
import { ManualClock } from "../../../runtime/testing/manual-clock.ts";
import { ServerState } from "../commands/server-state.ts";
import { NO_WARD, type Ward } from "../isolation/ward.ts";
import { type ResultColumn, type ResultRow, rowJson, schemaText } from "../queries/result.ts";
import type { Entity } from "../service/entities.ts";
import { KsqlService } from "../service/ksql-service.ts";
import { sessionProperties } from "../service/properties.ts";
import { PushQueries } from "../service/push-queries.ts";
import { parseQueryText, runSelect } from "../service/run-query.ts";
import { TopicProducers } from "../service/topic-producers.ts";
import { StateSpace } from "../state/state-space.ts";
import { memoryRegistry } from "./memory-registry.ts";

/** Properties with which every change is written, from the beginning. */
export const EVERY_CHANGE = { "auto.offset.reset": "earliest", "cache.max.bytes.buffering": "0" };

export interface Written {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
}

/** A whole server over Kafka in memory, without its HTTP part. */
export async function openHarness(
  kafka = memoryKafka(() => 1000),
  space = new StateSpace(),
  ward: Ward = NO_WARD,
) {
  const clock = new ManualClock(1000);
  const registry = memoryRegistry();
  const admin = await kafka.admin();
  const deps = {
    kafka,
    admin,
    registry,
    clock,
    logger: silentLogger,
    prefix: "_elevated-ksql-t_",
    space,
    ward,
  };
  const state = new ServerState(deps, "_commands");
  await state.open();
  const service = new KsqlService(deps, state, new PushQueries(), new TopicProducers(kafka, clock), "test_");
  const topics = async (...names: readonly string[]): Promise<void> =>
    admin.ensureTopics(names.map((topic) => ({ topic, partitions: 1 })));

  return {
    kafka,
    clock,
    registry,
    service,
    topics,
    ksql: (
      sql: string,
      properties: Readonly<Record<string, unknown>> = EVERY_CHANGE,
    ): Promise<readonly Entity[]> => service.execute(sql, properties, {}),
    /** JSON values; keys as text. */
    put(
      topic: string,
      ...records: readonly (readonly [key: string | Buffer | null, value: unknown, timestamp?: number])[]
    ) {
      kafka.append(
        records.map(
          ([key, value, timestamp = 0]): OutRecord => ({
            topic,
            key: key === null ? null : Buffer.from(key),
            value: value === null ? null : Buffer.from(JSON.stringify(value)),
            timestamp,
            partition: 0,
          }),
        ),
      );
    },
    /** What a topic holds once it holds `count` records. */
    async written(topic: string, count: number): Promise<readonly Written[]> {
      await until(() => kafka.records(topic).length >= count);
      return kafka.records(topic).map(({ key, value, timestamp }) => ({
        key: key?.toString("utf8") ?? null,
        value: value?.toString("utf8") ?? null,
        timestamp,
      }));
    },
    /** A query's header and rows as text; of a push query, until its LIMIT. */
    async rows(
      sql: string,
      properties: Readonly<Record<string, unknown>> = EVERY_CHANGE,
    ): Promise<readonly string[]> {
      const statement = parseQueryText(sql);
      if (statement.kind !== "select") throw new Error("no SELECT");
      const lines: string[] = [];
      let columns: readonly ResultColumn[] = [];
      const taker = {
        begin() {},
        header(given: readonly ResultColumn[]) {
          columns = given;
          lines.push(schemaText(given));
        },
        row(row: ResultRow) {
          lines.push((row.tombstone ? "-" : "") + rowJson(row, columns));
        },
      };
      const answer = await runSelect(service, statement, sessionProperties(properties), taker);
      const end = await answer.ended;
      return end === undefined ? lines : [...lines, end];
    },
    /** Let everything that is in the topics be worked off. */
    settle: () => turns(50),
    close: () => state.close(),
  };
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Other work goes first; what never becomes true is the test's time limit's matter. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turns(1);
}
