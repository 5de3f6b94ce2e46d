import type { FlinkRow } from "./client.ts";

/** A job of Flink, as SHOW JOBS lists it. */
export interface Job {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** As Flink writes it. */
  readonly startTime: string;
}

/** States that a job never leaves. */
const ENDED: readonly string[] = ["FINISHED", "CANCELED", "FAILED", "SUSPENDED"];

export function jobOf(row: FlinkRow): Job {
  return {
    id: String(row["job id"]),
    name: String(row["job name"]),
    status: String(row["status"]),
    startTime: String(row["start time"]),
  };
}

/** A job's name: the table it writes, and a digest of its statements, by which a changed file is known. */
export function jobName(table: string, digest: string): string {
  return `${table} ${digest}`;
}

/** Jobs that write this table and have not ended, the newest first. */
export function jobsOf(table: string, jobs: readonly Job[]): readonly Job[] {
  return jobs
    .filter(({ name, status }) => name.startsWith(`${table} `) && !ENDED.includes(status))
    .toSorted((a, b) => (a.startTime < b.startTime ? 1 : -1));
}

/** What brings a cluster to what the file says. */
export interface JobPlan {
  /** Runs what the file says; undefined: one is to be started. */
  readonly kept: Job | undefined;
  /** Two writers of one table would end each other's transactions. */
  readonly stopped: readonly Job[];
}

export function planJobs(name: string, running: readonly Job[]): JobPlan {
  const kept = running.find((job) => job.name === name);
  return { kept, stopped: running.filter((job) => job !== kept) };
}
