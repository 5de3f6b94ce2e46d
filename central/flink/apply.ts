import type { Clock } from "../../infra/runtime/clock.ts";
import { CodedError, isCoded } from "../../schemas/errors.ts";
import type { FlinkGateway, FlinkSession } from "./client.ts";
import { type Job, jobName, jobOf, jobsOf, planJobs } from "./jobs.ts";
import { digestOf, quoted, readStatements } from "./script.ts";
import type { StoppedJobs } from "./stopped.ts";

interface Target {
  readonly gateway: FlinkGateway;
  /** The topic that the job writes. */
  readonly table: string;
  readonly stopped: StoppedJobs;
  /** Tells a person what was done, one line each. */
  readonly tell: (line: string) => void;
}

interface ApplyOptions extends Target {
  readonly clock: Clock;
  /** The file. */
  readonly sql: string;
  /** A text for each `${name}` of the file but `job`. */
  readonly texts: Readonly<Record<string, string>>;
  /** A savepoint or checkpoint to go on from; left out: where the same job was stopped from this home, if it was. */
  readonly from?: string;
  /** Asked before a job begins without a savepoint. @throws where it must not */
  readonly mayBegin: () => Promise<void>;
  /** How long to wait for the gateway, and for the job to run, ms each. */
  readonly patienceMs: number;
}

const PAUSE_MS = 500;

/**
 * Bring the cluster to what the file says: one job that writes the table.
 *
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE when no gateway answers in time, FLINK_FAILED with Flink's reason, and
 * what `mayBegin` throws
 */
export async function applyStatements(options: ApplyOptions): Promise<void> {
  const { gateway, table, sql, texts, tell } = options;
  tell(`Flink ${await answering(options)}`);
  const name = jobName(table, digestOf(readStatements(sql, { ...texts, job: table })));
  await inSession(gateway, async (session) => {
    const { kept, stopped } = planJobs(name, jobsOf(table, await listJobs(session)));
    for (const job of stopped) {
      await session.run(`STOP JOB '${job.id}'`);
      tell(`- ${job.name}: stopped`);
    }
    if (kept) {
      tell(`= ${kept.name}: unchanged`);
      return;
    }
    await start(session, name, options);
    await running(session, name, options);
    tell(`+ ${name}: running`);
  });
}

async function start(session: FlinkSession, name: string, options: ApplyOptions): Promise<void> {
  const { table, sql, texts, stopped, mayBegin, tell } = options;
  const before = stopped.find(table);
  const from = options.from ?? (before?.job === name ? before.savepoint : undefined);
  if (from === undefined) await mayBegin();
  else {
    tell(`· ${name}: goes on from ${from}`);
    await session.run(`SET 'execution.state-recovery.path' = '${quoted(from)}'`);
  }
  for (const statement of readStatements(sql, { ...texts, job: quoted(name) })) await session.run(statement);
  // Its sums are in later checkpoints from now on.
  stopped.forget(table);
}

/** Wait until the job runs. */
async function running(
  session: FlinkSession,
  name: string,
  { clock, patienceMs }: ApplyOptions,
): Promise<void> {
  const deadline = clock.monotonic() + patienceMs;
  for (;;) {
    const job = (await listJobs(session)).findLast((each) => each.name === name);
    if (job?.status === "RUNNING") return;
    if (job?.status === "FAILED" || clock.monotonic() > deadline) {
      throw new CodedError("FLINK_FAILED", {
        message: `the job ${name} is ${job?.status ?? "not there"}, not RUNNING: the JobManager's log tells why`,
        retryable: job?.status !== "FAILED",
        context: { job: job?.id },
      });
    }
    await clock.sleep(PAUSE_MS);
  }
}

/** @returns exit code 0 when a job that writes the table runs, else 1. */
export async function tellStatus({ gateway, table, stopped, tell }: Target): Promise<0 | 1> {
  tell(`Flink ${await gateway.version()}`);
  const jobs = await inSession(gateway, async (session) => jobsOf(table, await listJobs(session)));
  for (const { id, name, status, startTime } of jobs)
    tell(`${name}: ${status} since ${startTime}, job ${id}`);
  if (jobs.length === 0) {
    const before = stopped.find(table);
    tell(
      `${table}: no job writes it${before ? `; stopped at ${before.savepoint}` : ""}: npm run flink -- apply`,
    );
  }
  return jobs.some(({ status }) => status === "RUNNING") ? 0 : 1;
}

/**
 * Stop what writes the table at a savepoint, from which the next apply goes on.
 *
 * @throws {CodedError} FLINK_FAILED, DEPENDENCY_UNAVAILABLE
 */
export async function stopJobs({ gateway, table, stopped, tell }: Target): Promise<void> {
  await inSession(gateway, async (session) => {
    const jobs = jobsOf(table, await listJobs(session));
    if (jobs.length === 0) tell(`${table}: no job writes it`);
    for (const { id, name } of jobs) {
      const [row] = await session.run(`STOP JOB '${id}' WITH SAVEPOINT`);
      const savepoint = String(Object.values(row ?? {})[0]);
      stopped.keep(table, { job: name, savepoint });
      tell(`- ${name}: stopped at ${savepoint}`);
    }
  });
}

async function inSession<T>(gateway: FlinkGateway, work: (session: FlinkSession) => Promise<T>): Promise<T> {
  const session = await gateway.open();
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function listJobs(session: FlinkSession): Promise<readonly Job[]> {
  return (await session.run("SHOW JOBS")).map(jobOf);
}

async function answering({ gateway, clock, patienceMs }: ApplyOptions): Promise<string> {
  const deadline = clock.monotonic() + patienceMs;
  for (;;) {
    try {
      return await gateway.version();
    } catch (error) {
      if (!isCoded(error, "DEPENDENCY_UNAVAILABLE") || clock.monotonic() > deadline) throw error;
      await clock.sleep(PAUSE_MS);
    }
  }
}
