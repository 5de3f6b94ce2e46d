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

export function hasEnded(status: string): boolean {
  return ENDED.includes(status);
}

export function jobOf(row: FlinkRow): Job {
  return {
    id: String(row["job id"]),
    name: String(row["job name"]),
    status: String(row["status"]),
    startTime: String(row["start time"]),
  };
}

/** What a job does, and where it finds Kafka and the registry: a digest each, by which a change is known. */
export interface JobDigests {
  readonly statements: string;
  readonly addresses: string;
}

/** A job's name: the table it writes, and its digests. */
export function jobName(table: string, { statements, addresses }: JobDigests): string {
  return `${table} ${statements}-${addresses}`;
}

/** Jobs that write this table and have not ended, the newest first. */
export function jobsOf(table: string, jobs: readonly Job[]): readonly Job[] {
  return jobs
    .filter(({ name, status }) => name.startsWith(`${table} `) && !hasEnded(status))
    .toSorted((a, b) => (a.startTime < b.startTime ? 1 : -1));
}

/** What brings a cluster to what the file says. */
export interface JobPlan {
  /** Runs what the file says; undefined: one is to be started. */
  readonly kept: Job | undefined;
  /** Does the same at addresses of before: its sums are gone on from. */
  readonly moved: Job | undefined;
  /** Two writers of one table would end each other's transactions. */
  readonly stopped: readonly Job[];
}

export function planJobs(table: string, digests: JobDigests, running: readonly Job[]): JobPlan {
  const kept = running.find(({ name }) => name === jobName(table, digests));
  const moved = kept ? undefined : running.find(({ name }) => isSameWork(table, name, digests));
  return { kept, moved, stopped: running.filter((job) => job !== kept && job !== moved) };
}

/** Does a job of this name do the same, wherever it finds Kafka? Then its savepoints fit. */
export function isSameWork(table: string, name: string, { statements }: JobDigests): boolean {
  return name.startsWith(`${table} ${statements}-`);
}
