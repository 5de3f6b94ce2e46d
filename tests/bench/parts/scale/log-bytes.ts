import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { CLEAN_TOPICS, topicNames } from "../../../../schemas/topics.ts";

/** What a system's topics hold on the broker's disk, bytes. */
export interface LogBytes {
  readonly raw: number;
  readonly clean: number;
  readonly state: number;
}

/** @param home - the servers' folder; a partition's log is a folder below, named `<topic>-<partition>`. */
export function logBytes(home: string, prefix: string): LogBytes {
  const names = topicNames(prefix);
  const logs = readdirSync(home, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith(".log") && entry.parentPath.includes(prefix),
  );
  const of = (topic: string): number =>
    logs
      .filter(({ parentPath }) => /^(.*)-\d+$/.exec(parentPath.split("/").at(-1) ?? "")?.[1] === topic)
      .reduce((total, { parentPath, name }) => total + statSync(join(parentPath, name)).size, 0);
  return {
    raw: of(names.raw),
    clean: CLEAN_TOPICS.reduce((total, name) => total + of(names[name]), 0),
    state: of(names.dedupState),
  };
}
