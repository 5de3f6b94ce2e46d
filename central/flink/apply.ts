import type { Clock } from "../../infra/runtime/clock.ts";
import { CodedError, isCoded } from "../../schemas/errors.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { FlinkGateway, FlinkSession } from "./client.ts";
import { hasEnded, isSameWork, type Job, type JobDigests, jobName, jobOf, jobsOf, planJobs } from "./jobs.ts";
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
  /** Which of them may differ for a job that does the same. */
  readonly addresses: readonly string[];
  /** Of a cluster whose files are here. */
  readonly checkpoints: Checkpoints;
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
  const { gateway, table, tell } = options;
  tell(`Flink ${await answering(options)}`);
  const digests = digestsOf(options);
  const name = jobName(table, digests);
  await inSession(gateway, async (session) => {
    const { kept, moved, stopped } = planJobs(table, digests, jobsOf(table, await listJobs(session)));
    for (const job of stopped) {
      await cancel(session, job, options);
      tell(`- ${job.name}: stopped`);
    }
    if (kept) {
      tell(`= ${kept.name}: unchanged`);
      return;
    }
    if (moved) await stopMoved(session, moved, options);
    await start(session, digests, options);
    await running(session, name, options);
    tell(`+ ${name}: running`);
  });
}

function digestsOf({ table, sql, texts, addresses }: ApplyOptions): JobDigests {
  const nowhere = Object.fromEntries(addresses.map((each) => [each, ""]));
  return {
    statements: digestOf(readStatements(sql, { ...texts, ...nowhere, job: table })),
    addresses: digestOf(addresses.map((each) => texts[each] ?? "")),
  };
}

/**
 * Stop a job whose Kafka is somewhere else by now. A savepoint would need that Kafka, so its last checkpoint is taken
 * where its files are here.
 */
async function stopMoved(session: FlinkSession, job: Job, options: ApplyOptions): Promise<void> {
  const { id, name } = job;
  const { table, checkpoints, stopped, tell } = options;
  if (checkpoints.last(id) === undefined) {
    await stopAtSavepoint(session, job, options);
    return;
  }
  await cancel(session, job, options);
  const savepoint = checkpoints.last(id);
  if (savepoint !== undefined) stopped.keep(table, { job: name, savepoint });
  tell(`- ${name}: stopped, as its addresses have changed`);
}

/** End a job without a savepoint, and wait until it writes no more. */
async function cancel(
  session: FlinkSession,
  { id, name }: Job,
  { clock, patienceMs }: ApplyOptions,
): Promise<void> {
  await session.run(`STOP JOB '${id}'`);
  const deadline = clock.monotonic() + patienceMs;
  for (;;) {
    const status = (await listJobs(session)).find((job) => job.id === id)?.status;
    if (status === undefined || hasEnded(status)) return;
    if (clock.monotonic() > deadline) {
      const message = `the job ${name} is ${status} and does not end: the JobManager's log tells why`;
      throw new CodedError("FLINK_FAILED", { message, retryable: true, context: { job: id } });
    }
    await clock.sleep(PAUSE_MS);
  }
}

async function start(session: FlinkSession, digests: JobDigests, options: ApplyOptions): Promise<void> {
  const { table, sql, texts, stopped, mayBegin, tell } = options;
  const name = jobName(table, digests);
  const before = stopped.find(table);
  const from =
    options.from ?? (before && isSameWork(table, before.job, digests) ? before.savepoint : undefined);
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
export async function stopJobs(target: Target): Promise<void> {
  const { gateway, table, tell } = target;
  await inSession(gateway, async (session) => {
    const jobs = jobsOf(table, await listJobs(session));
    if (jobs.length === 0) tell(`${table}: no job writes it`);
    for (const job of jobs) await stopAtSavepoint(session, job, target);
  });
}

async function stopAtSavepoint(
  session: FlinkSession,
  { id, name }: Pick<Job, "id" | "name">,
  { table, stopped, tell }: Target,
): Promise<void> {
  const [row] = await session.run(`STOP JOB '${id}' WITH SAVEPOINT`);
  const savepoint = String(Object.values(row ?? {})[0]);
  stopped.keep(table, { job: name, savepoint });
  tell(`- ${name}: stopped at ${savepoint}`);
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
