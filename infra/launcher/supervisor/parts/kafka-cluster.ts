import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "../../../../schemas/errors.ts";
import { IDENTITY, newId } from "./kafka-storage.ts";

/** The brokers a built-in Kafka may have. With two, none could be missed, so there is no such choice. */
export type Brokers = 1 | 3;

/** What a home's Kafka is, for its whole life: its topics have that many copies. */
export interface KafkaCluster {
  readonly brokers: Brokers;
  readonly clusterId: string;
}

/** The parts of a built-in Kafka; the first bears the name by which all is asked for. */
export function brokerNames(brokers: Brokers): readonly string[] {
  return ["kafka", "kafka-2", "kafka-3"].slice(0, brokers);
}

function clusterFile(home: string): string {
  return join(home, "kafka", "cluster.json");
}

/** The Kafka that a home has; undefined when it has none yet. */
export function clusterOf(home: string): KafkaCluster | undefined {
  const noted = textOf(clusterFile(home));
  if (noted !== undefined) return JSON.parse(noted) as KafkaCluster;
  // Made before there was a choice.
  const identity = textOf(join(home, "kafka", "data", IDENTITY));
  const clusterId = identity && /^cluster\.id=(.+)$/m.exec(identity)?.[1];
  return clusterId ? { brokers: 1, clusterId } : undefined;
}

/**
 * How many brokers a start in this home has.
 *
 * @param wanted - what the user asked for; undefined: as the home was made, or one.
 * @throws {CodedError} CONFIG_INVALID when the home's Kafka has another number.
 */
export function brokersFor(home: string, wanted: Brokers | undefined): Brokers {
  const made = clusterOf(home)?.brokers;
  if (made === undefined || wanted === undefined || made === wanted) return wanted ?? made ?? 1;
  throw new CodedError("CONFIG_INVALID", {
    message:
      `the Kafka in ${home} was made with ${counted(made)}, not ${wanted}: leave --brokers out to go on with it, ` +
      "use another --home, or remove what was counted with npm run clean",
    retryable: false,
    context: { home, made, wanted },
  });
}

/** The home's Kafka, noted down before any broker begins: an interrupted first start goes on as the same one. */
export function foundCluster(home: string, brokers: Brokers): KafkaCluster {
  const known = clusterOf(home);
  const cluster = known ?? { brokers, clusterId: newId() };
  const file = clusterFile(home);
  if (textOf(file) === undefined) {
    mkdirSync(join(home, "kafka"), { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(cluster)}\n`);
    renameSync(`${file}.new`, file);
  }
  return cluster;
}

export function counted(brokers: Brokers): string {
  return brokers === 1 ? "one broker" : "three brokers";
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
