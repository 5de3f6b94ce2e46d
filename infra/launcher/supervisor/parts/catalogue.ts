import { BUILT_IN_LIMITS, topicSettings } from "../../../../schemas/topic-settings.ts";
import { topicNames } from "../../../../schemas/topics.ts";
import { defined } from "../../../runtime/defined.ts";
import type { Logger } from "../../../runtime/logger.ts";
import { DEFAULT_ENDPOINTS, type Endpoints } from "../../../runtime/service/endpoints.ts";
import { controllerOf, workerOf } from "../addresses/wishes.ts";
import type { HomeSecrets } from "../private-home.ts";
import type { PartContext } from "../process/part-context.ts";
import type { SummaryEngine } from "../summary-engine.ts";
import type { Part } from "../supervise/part.ts";
import { connectPart } from "./connect.ts";
import { FIRST_TRAIN, firstTrainPart } from "./first-train.ts";
import { flinkParts } from "./flink.ts";
import { FLINK_PARTS } from "./flink-settings.ts";
import { kafkaPart } from "./kafka.ts";
import { type Brokers, brokerNames, foundCluster } from "./kafka-cluster.ts";
import { INTERNAL_TOPICS, type NewTopics } from "./kafka-settings.ts";
import { nodePart, programFile } from "./node.ts";
import { databasePart, postgresPart } from "./postgres.ts";
import { programs } from "./programs.ts";
import { topicsPart } from "./topics.ts";

export interface CatalogueSettings {
  readonly addresses: Endpoints;
  readonly portOf: (name: string) => number;
  /** Parts that run somewhere else, at addresses the user gave. */
  readonly elsewhere: readonly string[];
  readonly brokers: Brokers;
  readonly durable: boolean;
  /** What counts the sums. */
  readonly engine: SummaryEngine;
  /** Run TypeScript sources instead of what set-up built. */
  readonly sources: boolean;
  readonly simulatorArgs: readonly string[];
  readonly watched: Readonly<Record<string, string>>;
  readonly logger: Logger;
  /** Of a private home; undefined: it is not. */
  readonly secrets?: HomeSecrets | undefined;
  /** A platform for other people's topics: none of ours is made, and Kafka makes theirs so. Left out: our own system. */
  readonly platform?: NewTopics | undefined;
}

export interface Catalogue {
  /** In the order in which they are listed and, where nothing else decides, started. */
  readonly parts: readonly Part[];
  /** Programs that are not there to be run. */
  readonly missing: readonly { readonly name: string; readonly entry: string }[];
}

/** Every part of the system as it can run here. */
export function catalogue(context: PartContext, settings: CatalogueSettings): Catalogue {
  const { addresses, portOf, secrets } = settings;
  const prefix = context.env["TOPIC_PREFIX"] ?? "";
  const cluster = { env: context.env, clock: context.clock, logger: settings.logger };
  // A Kafka of the user's has made its own.
  const internal = settings.elsewhere.includes("kafka") ? [] : INTERNAL_TOPICS;
  // The registry would make its own, but then wait for it behind those of the stations.
  const schemas = { topic: `${prefix}_schemas`, partitions: 1, config: { "cleanup.policy": "compact" } };
  const ours = settings.platform ? [] : topicSettings(topicNames(prefix), BUILT_IN_LIMITS);
  const topics = [...internal, schemas, ...ours];
  const found: Part[] = [];
  const missing: { name: string; entry: string }[] = [];
  for (const program of programs(settings)) {
    if (OF_ENGINES[settings.engine === "flink" ? "ksql" : "flink"].includes(program.name)) continue;
    const file = programFile(context.root, program.entry, settings.sources);
    if (file) found.push(nodePart(context, program, file));
    else missing.push({ name: program.name, entry: program.entry });
  }
  const own = (name: string): readonly Part[] => found.filter((part) => part.name === name);
  const brokers = brokerNames(settings.brokers);
  const controllerPorts = brokers.map((name) => portOf(controllerOf(name)));
  const servers = ["dashboard", "schema-registry", "rest-proxy", "ksql"];
  const parts = [
    ...own("dashboard"),
    ...brokers.map((name, n) =>
      kafkaPart(context, { name, node: n + 1, port: portOf(name) }, controllerPorts, {
        cluster: () => foundCluster(context.home, settings.brokers),
        durable: settings.durable,
        ...defined({ password: secrets?.kafka, newTopics: settings.platform }),
      }),
    ),
    topicsPart("topics", topics, brokers, cluster),
    // Those per station are made by dedup, after the first train.
    ...servers.slice(1).flatMap(own),
    ...(settings.engine === "flink" ? flinkParts(context, flinkPorts(portOf)) : []),
    connectPart(context, {
      port: portOf("connect"),
      workerPort: portOf(workerOf("connect")),
      brokers: addresses.KAFKA_BROKERS,
      postgres: addresses.POSTGRES_URL,
      logger: settings.logger,
      ...defined({ token: secrets?.token, kafkaPassword: kafkaPassword(settings) }),
    }),
    postgresPart(context, addresses.POSTGRES_URL),
    databasePart(context.env, settings.elsewhere.includes("postgres") ? undefined : context.home),
    ...found.filter((part) => !servers.includes(part.name)),
    firstTrainPart(addresses.DASHBOARD_URL, context.clock),
  ];
  return { parts, missing };
}

/** Programs of ours that only one engine needs. */
const OF_ENGINES: Readonly<Record<SummaryEngine, readonly string[]>> = {
  ksql: ["ksql", "queries"],
  flink: ["flink-queries"],
};

function flinkPorts(portOf: (name: string) => number) {
  const [zookeeper, jobManager] = ["flink-zookeeper", "flink-jobmanager"].map(portOf) as [number, number];
  return { zookeeper, jobManager, gateway: portOf("flink-gateway") };
}

/** A Kafka of the user's own is not ours to log in to. */
function kafkaPassword({ elsewhere, secrets }: CatalogueSettings): string | undefined {
  return elsewhere.includes("kafka") ? undefined : secrets?.kafka;
}

/** The name of every part there is, whether or not a program is built or runs somewhere else. */
export function partNames(brokers: Brokers): readonly string[] {
  const ours = programs({ addresses: DEFAULT_ENDPOINTS, portOf: () => 0, simulatorArgs: [], watched: {} });
  const others = [...FLINK_PARTS, "topics", "connect", "postgres", "database", FIRST_TRAIN];
  return [...brokerNames(brokers), ...ours.map(({ name }) => name), ...others];
}

/** What `infra` starts: the servers, and in Kafka only the topics that these need themselves. */
export const INFRASTRUCTURE: readonly string[] = [
  "kafka",
  "topics",
  "schema-registry",
  "rest-proxy",
  "ksql",
  "connect",
  "postgres",
  "database",
];
