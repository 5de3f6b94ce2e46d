import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where a job was when it was stopped. */
export interface Stopped {
  readonly job: string;
  /** An address that Flink knows, for example `file:///…/savepoint-1`. */
  readonly savepoint: string;
}

/** What was stopped from this home, per table: the next apply goes on there. */
export interface StoppedJobs {
  find(table: string): Stopped | undefined;
  keep(table: string, stopped: Stopped): void;
  forget(table: string): void;
}

export function stoppedJobs(home: string): StoppedJobs {
  const fileOf = (table: string): string => join(home, "flink", `${encodeURIComponent(table)}.stopped.json`);
  return {
    find(table) {
      try {
        const { job, savepoint } = JSON.parse(readFileSync(fileOf(table), "utf8")) as Partial<Stopped>;
        return typeof job === "string" && typeof savepoint === "string" ? { job, savepoint } : undefined;
      } catch {
        // None was stopped from here.
        return undefined;
      }
    },
    keep(table, stopped) {
      const file = fileOf(table);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, `${JSON.stringify(stopped)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    forget: (table) => rmSync(fileOf(table), { force: true }),
  };
}
