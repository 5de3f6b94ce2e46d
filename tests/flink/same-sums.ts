import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ksqlClient } from "../../central/ksql/client.ts";
import { readScript } from "../../central/ksql/script.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { avroCodec } from "../../infra/runtime/registry/codec.ts";
import type { Endpoints } from "../../infra/runtime/service/endpoints.ts";
import { type LineStop, STATIONS, type Station } from "../../schemas/network/network.ts";
import type { TurnstileRecord } from "../../schemas/records.ts";
import { partitionOf, topicNames } from "../../schemas/topics.ts";
import { startStage } from "../support/stage-process.ts";

const { turnstiles } = topicNames("");
const AT_ONCE = 50;
const PAUSE_MS = 100;

/** Entries as dedup writes them, of all stations. */
export interface Entries {
  /** By station. */
  readonly written: ReadonlyMap<number, number>;
  readonly total: number;
  stop(): Promise<void>;
}

/** Write entries until they are stopped, by the seed. */
export async function writeEntries(endpoints: Endpoints, partitions: number, seed: number): Promise<Entries> {
  const around = { logger: silentLogger, clock: systemClock };
  const kafka = createKafka({ brokers: endpoints.KAFKA_BROKERS.split(","), clientId: "entries", ...around });
  const registry = createRegistryClient({ url: endpoints.SCHEMA_REGISTRY_URL, ...around });
  const key = await avroCodec<number>(registry, `${turnstiles}-key`, "station-id");
  const value = await avroCodec<TurnstileRecord>(registry, `${turnstiles}-value`, "turnstile");
  const producer = await kafka.producer();
  const random = seededRandom(seed, "entries");
  const written = new Map<number, number>();
  const over = new AbortController();
  const one = () => {
    const { id, name, stops } = STATIONS[Math.floor(random() * STATIONS.length)] as Station;
    written.set(id, (written.get(id) ?? 0) + 1);
    const record = { station_id: id, station_name: name, line: (stops[0] as LineStop).line };
    return {
      topic: turnstiles,
      partition: partitionOf(id, partitions),
      key: key.encode(id),
      value: value.encode(record),
    };
  };
  const ended = (async () => {
    while (!over.signal.aborted) {
      await producer.send(Array.from({ length: AT_ONCE }, one));
      await systemClock.sleep(PAUSE_MS, over.signal);
    }
  })();
  return {
    written,
    get total() {
      return [...written.values()].reduce((sum, count) => sum + count, 0);
    },
    async stop() {
      over.abort();
      await ended;
      await producer.close();
    },
  };
}

/** The built-in ksql server counts the same entries into another table. @returns stops it */
export async function countByKsql(
  endpoints: Endpoints,
  summary: string,
  home: string,
): Promise<() => Promise<void>> {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = endpoints;
  const server = await startStage(
    "infra/servers/ksql",
    { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, KSQL_PORT: "0", KSQL_STATE_DIR: home, LOG_LEVEL: "info" },
    "ksql ready",
    ["--service-id", "beside_flink_"],
  );
  const url = /"url":"(http:[^"]+)"/.exec(server.log)?.[1] ?? "";
  const script = readFileSync(join(projectRoot(), "central", "ksql", "turnstile.ksql"), "utf8");
  const elsewhere = script.replace("'TURNSTILE_SUMMARY'", `'${summary}'`);
  for (const { text, properties } of readScript(elsewhere)) await ksqlClient(url).run(text, { properties });
  return () => server.kill("SIGTERM");
}
