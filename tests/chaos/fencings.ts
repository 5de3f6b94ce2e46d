import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/*
 * How often a controller took a broker's partitions away because it did not hear of it, from the records of the
 * cluster's own topic: BrokerRegistrationChangeRecord, api key 17, whose tagged field 0 says fenced (1) or unfenced (-1).
 * A broker that starts is registered by another record.
 */
const METADATA = "__cluster_metadata-0";
/** Frame version 1, api key 17, version, broker id, broker epoch; then the tagged fields. */
const BEGINS = Buffer.from([1, 17]);
const TAGS_AT = 3 + 4 + 8;
const FENCED = 1;

/** @param dataFolder - of a broker that is a controller too. */
export function fencings(dataFolder: string): number {
  const folder = join(dataFolder, METADATA);
  const files = readdirSync(folder).filter((name) => name.endsWith(".log"));
  return files.reduce((sum, file) => sum + fencingsIn(readFileSync(join(folder, file))), 0);
}

export function fencingsIn(log: Buffer): number {
  let found = 0;
  for (let at = log.indexOf(BEGINS); at >= 0; at = log.indexOf(BEGINS, at + 1)) {
    if (at + TAGS_AT + 4 > log.length) break;
    const [count, tag, size, value] = log.subarray(at + TAGS_AT, at + TAGS_AT + 4);
    const brokerId = log.readInt32BE(at + 3);
    if (count === 1 && tag === 0 && size === 1 && value === FENCED && brokerId > 0 && brokerId < 100) found++;
  }
  return found;
}
