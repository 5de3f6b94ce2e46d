import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import kafkajs from "kafkajs";

/** Places in the header of a record batch (Kafka's message format 2). */
const LENGTH = 8;
const ATTRIBUTES = 21;
const PRODUCER_ID = 43;
const HEADER = 61;
const TRANSACTIONAL = 0x10;

/** The folder where a broker on this machine keeps its partitions, one folder each. */
export async function dataFolderOf(broker: string): Promise<string> {
  const client = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  try {
    const { controller, brokers } = await admin.describeCluster();
    const node = String(controller ?? brokers[0]?.nodeId);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name: node, configNames: ["log.dirs"] }],
    });
    return resources[0]?.configEntries[0]?.configValue ?? "";
  } finally {
    await admin.disconnect();
  }
}

/**
 * Who ever wrote transactions to a partition: the producer ids in its log. One transactional id keeps its producer id
 * through all its lives, so two ids are two producers whose transactions may lie in one another.
 */
export function transactionalProducers(
  dataFolder: string,
  topic: string,
  partition: number,
): ReadonlySet<bigint> {
  const folder = join(dataFolder, `${topic}-${partition}`);
  const producers = new Set<bigint>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".log"))) {
    const log = readFileSync(join(folder, file));
    for (let at = 0; at + HEADER <= log.length; at += LENGTH + 4 + log.readInt32BE(at + LENGTH)) {
      const transactional = (log.readInt16BE(at + ATTRIBUTES) & TRANSACTIONAL) !== 0;
      if (transactional) producers.add(log.readBigInt64BE(at + PRODUCER_ID));
    }
  }
  return producers;
}
