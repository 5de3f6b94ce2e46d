import { expect, test } from "vitest";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { CodedError } from "../../schemas/errors.ts";
import { applyStatements, stopJobs, tellStatus } from "./apply.ts";
import type { FlinkGateway } from "./client.ts";
import type { Stopped, StoppedJobs } from "./stopped.ts";

/** Nothing is waited for. */
const CLOCK = Object.assign(new ManualClock(), { sleep: async () => {} });
const TABLE = "t.SUMS";

/** A cluster that runs what an INSERT starts, under the name that SET gave. */
class Cluster implements FlinkGateway {
  jobs: { id: string; name: string; status: string }[] = [];
  /** Since the last look, but for SHOW JOBS. */
  statements: string[] = [];
  begins: string = "RUNNING";

  version(): Promise<string> {
    return Promise.resolve("2.2.0");
  }

  open() {
    const settings = new Map<string, string>();
    const run = async (statement: string) => {
      if (statement === "SHOW JOBS") {
        return this.jobs.map(({ id, name, status }) => ({
          "job id": id,
          "job name": name,
          status,
          "start time": id,
        }));
      }
      this.statements.push(statement);
      const [, name = "", value = ""] = /^SET '(.*)' = '(.*)'$/.exec(statement) ?? [];
      if (name !== "") settings.set(name, value);
      const [, stopped] = /^STOP JOB '(.*?)'/.exec(statement) ?? [];
      const job = this.jobs.find(({ id }) => id === stopped);
      if (job) job.status = "FINISHED";
      if (statement.startsWith("INSERT")) {
        const id = `job-${this.jobs.length + 1}`;
        this.jobs.push({ id, name: settings.get("pipeline.name") ?? "", status: this.begins });
      }
      return job && statement.endsWith("WITH SAVEPOINT")
        ? [{ "savepoint path": `file:/savepoint-of-${job.id}` }]
        : [];
    };
    return Promise.resolve({ run, close: async () => {} });
  }
}

function memory(): StoppedJobs {
  const kept = new Map<string, Stopped>();
  return {
    find: (table) => kept.get(table),
    keep: (table, stopped) => void kept.set(table, stopped),
    forget: (table) => void kept.delete(table),
  };
}

function world() {
  const lines: string[] = [];
  const cluster = new Cluster();
  const target = {
    gateway: cluster,
    table: TABLE,
    stopped: memory(),
    tell: (line: string) => void lines.push(line.replace(/ [0-9a-f]{8}-[0-9a-f]{8}\b/g, " #")),
  };
  const taken = (): readonly string[] => lines.splice(0);
  const apply = async (insert = "INSERT 1", options: Partial<Parameters<typeof applyStatements>[0]> = {}) => {
    cluster.statements = [];
    const sql = `SET 'pipeline.name' = '\${job}'; ${insert};`;
    await applyStatements({
      ...target,
      clock: CLOCK,
      sql,
      texts: { at: "first" },
      addresses: ["at"],
      checkpoints: { last: () => undefined },
      mayBegin: async () => {},
      patienceMs: 10_000,
      ...options,
    });
    return taken().slice(1);
  };
  return { cluster, target, apply, taken };
}

test("applied, applied again, changed: one job writes the table", async () => {
  const { cluster, apply } = world();
  expect(await apply()).toEqual(["+ t.SUMS #: running"]);
  expect(await apply()).toEqual(["= t.SUMS #: unchanged"]);
  expect(cluster.statements).toEqual([]);
  expect(await apply("INSERT 2")).toEqual(["- t.SUMS #: stopped", "+ t.SUMS #: running"]);
  expect(cluster.jobs.map(({ status }) => status)).toEqual(["FINISHED", "RUNNING"]);
});

test("jobs of other tables are left alone", async () => {
  const { cluster, apply } = world();
  cluster.jobs = [{ id: "job-1", name: "t.SUMS2 0123abcd", status: "RUNNING" }];
  expect(await apply()).toEqual(["+ t.SUMS #: running"]);
  expect(cluster.jobs[0]?.status).toBe("RUNNING");
});

test("what was stopped goes on at its savepoint, once, and a changed file begins", async () => {
  const { cluster, target, apply, taken } = world();
  await apply();
  await stopJobs(target);
  expect(taken()).toEqual(["- t.SUMS #: stopped at file:/savepoint-of-job-1"]);
  expect(await tellStatus(target)).toBe(1);
  expect(taken()[1]).toBe(
    "t.SUMS: no job writes it; stopped at file:/savepoint-of-job-1: npm run flink -- apply",
  );
  expect(await apply()).toEqual(["· t.SUMS #: goes on from file:/savepoint-of-job-1", "+ t.SUMS #: running"]);
  expect(cluster.statements[0]).toBe("SET 'execution.state-recovery.path' = 'file:/savepoint-of-job-1'");
  expect(await tellStatus(target)).toBe(0);
  expect(taken()[1]).toBe("t.SUMS #: RUNNING since job-2, job job-2");
  expect(target.stopped.find(TABLE)).toBeUndefined();
  await stopJobs(target);
  taken();
  expect(await apply("INSERT 2")).toEqual(["+ t.SUMS #: running"]);
});

test("a job whose addresses have changed goes on at its last checkpoint, where that is here, else at a savepoint", async () => {
  const { cluster, apply } = world();
  const insert = `INSERT '\${at}'`;
  const texts = (at: string) => ({ texts: { at } });
  await apply(insert);
  const last = (job: string): string => `file:/last-of-${job}`;
  expect(await apply(insert, { ...texts("second"), checkpoints: { last } })).toEqual([
    "- t.SUMS #: stopped, as its addresses have changed",
    "· t.SUMS #: goes on from file:/last-of-job-1",
    "+ t.SUMS #: running",
  ]);
  expect(await apply(insert, texts("third"))).toEqual([
    "- t.SUMS #: stopped at file:/savepoint-of-job-2",
    "· t.SUMS #: goes on from file:/savepoint-of-job-2",
    "+ t.SUMS #: running",
  ]);
  expect(cluster.jobs.map(({ status }) => status)).toEqual(["FINISHED", "FINISHED", "RUNNING"]);
});

test("a savepoint that is named is taken, and nothing asks whether the job may begin", async () => {
  const { apply } = world();
  const mayBegin = () => Promise.reject(new Error("asked"));
  expect(await apply("INSERT 1", { from: "s3://it's", mayBegin })).toHaveLength(2);
  await expect(apply("INSERT 2", { mayBegin })).rejects.toThrow("asked");
});

test("a job that fails at once is an error", async () => {
  const { cluster, apply } = world();
  cluster.begins = "FAILED";
  const failed = await apply().catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(CodedError);
  expect(failed).toMatchObject({ code: "FLINK_FAILED", retryable: false, message: /is FAILED, not RUNNING/ });
});
