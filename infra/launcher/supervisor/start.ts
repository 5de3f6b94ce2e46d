import { join } from "node:path";
import { CodedError } from "../../../schemas/errors.ts";
import { STATIONS } from "../../../schemas/network/network.ts";
import type { HttpServer } from "../../runtime/http/listen.ts";
import { ensureAgentSecrets } from "../../runtime/security/agent-secrets.ts";
import type { Endpoints } from "../../runtime/service/endpoints.ts";
import { DRAIN_MS, type Running } from "../../runtime/service/lifecycle.ts";
import { forgetEndpoints, takeHome } from "./home.ts";
import type { StartOptions } from "./options.ts";
import { activityOf } from "./process/activity.ts";
import { makeClassData } from "./process/class-data.ts";
import { lastWords } from "./process/log-tail.ts";
import { logOf } from "./process/surroundings.ts";
import { startWatchdog } from "./process/watchdog.ts";
import { controlServer } from "./report/control.ts";
import { followFigures, LINE_EVERY_MS } from "./report/figures.ts";
import { journal } from "./report/journal.ts";
import type { Printer } from "./report/printer.ts";
import { startingLine } from "./report/starting-line.ts";
import { RESTART_POLICY } from "./supervise/restart.ts";
import { isSettled, type PartReport, Supervisor } from "./supervise/supervisor.ts";
import {
  checkOptions,
  planSystem,
  publishEndpoints,
  type SystemContext,
  type SystemPlan,
  servedAddresses,
} from "./system.ts";

/** Who gets a password for MQTT at the first start: every station's agent, and whoever watches. */
const MQTT_NAMES: readonly string[] = [...STATIONS.map(({ id }) => String(id)), "observer"];
/** A part that does not end by itself is killed after this. */
const STOP_WITHIN_MS = 5_000;
/** What holds no state is killed after this, so that Kafka and PostgreSQL still have time to end in order. */
const DRAIN_WITHIN_MS = 6_000;
/** A server goes on loading classes after its start, when its first clients come. */
const CLASS_DATA_AFTER_MS = 20_000;
/** Everything is killed after this: shortly before the time a process has for its end is over. */
const END_WITHIN_MS = DRAIN_MS - 300;
/** So often ports may be lost at a start. */
const TRIES = 5;

export interface StartSurroundings extends Omit<SystemContext, "watchdog"> {
  readonly printer: Printer;
  readonly isTTY: boolean;
}

export interface StartedSystem extends Running {
  /** Once `settled`: until then a port may be lost, and others are taken. */
  readonly addresses: Endpoints;
  /** Every part is ready or given up; stays pending when `failed` rejects. */
  readonly settled: Promise<readonly PartReport[]>;
  /** A part that others need was given up; everything has been ended. */
  readonly failed: Promise<never>;
}

/** A system that was begun, on one choice of ports. */
interface Attempt {
  readonly plan: SystemPlan;
  readonly supervisor: Supervisor;
  readonly control: HttpServer;
  readonly page: string | null;
}

/**
 * Bring a system up and keep it up.
 *
 * @param extent - the parts this command is about; null: all.
 * @returns once its parts have begun to start; they go on by themselves.
 * @throws {CodedError} USAGE, CONFIG_INVALID, ALREADY_RUNNING, PORT_TAKEN
 */
export async function startSystem(
  around: StartSurroundings,
  options: StartOptions,
  extent: { readonly only: readonly string[] | null },
): Promise<StartedSystem> {
  const { home, clock, printer, logger } = around;
  const startedAt = clock.now();
  const began = clock.monotonic();
  checkOptions(around, options);
  let attempt: Attempt | undefined;
  const lock = await takeHome(home, () => ({
    pid: process.pid,
    home,
    url: attempt?.page ?? null,
    addresses: attempt ? servedAddresses(attempt.plan) : [],
  }));
  const watchdog = startWatchdog();
  const log = journal(join(home, "run", "supervisor.log"), clock.now);
  let stopFigures = (): void => {};
  const abort = new AbortController();
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Whoever only starts and stops need not look at it.
  failed.catch(() => {});
  let settle: (reports: readonly PartReport[]) => void = () => {};
  const settled = new Promise<readonly PartReport[]>((resolve) => {
    settle = resolve;
  });
  /** What has happened, or is about to, so that no part's change matters to the start any more. */
  let over = false;
  let tries = 0;
  let again = Promise.resolve();
  // A second signal exits at once: nothing may stay behind then either.
  process.once("exit", () => attempt?.supervisor.kill("all"));
  const { onATerminal, elsewhere } = LINE_EVERY_MS;
  const stopStarting = clock.every(around.isTTY ? onATerminal : elsewhere, () => {
    const line = startingLine(attempt?.supervisor.reports() ?? [], (part) => lastWords(logOf(home, part)));
    if (line !== undefined) printer.status(line);
  });
  try {
    await begin();
  } catch (error) {
    stopStarting();
    watchdog.close();
    await lock.release();
    throw error;
  }
  return {
    get addresses() {
      return (attempt as Attempt).plan.addresses;
    },
    settled,
    failed,
    stop,
  };

  async function begin(): Promise<void> {
    tries++;
    const plan = await planSystem({ ...around, watchdog }, options, extent);
    if (abort.signal.aborted) {
      plan.ports.releaseAll();
      return;
    }
    const names = plan.parts.map((part) => part.name);
    if (names.includes("gateway")) await ensureAgentSecrets(home, MQTT_NAMES);
    for (const note of plan.notes) printer.line(`  · ${note}`);
    const supervisor = new Supervisor({
      parts: plan.parts,
      policy: RESTART_POLICY,
      clock,
      activityOf,
      stopWithinMs: STOP_WITHIN_MS,
      onChange(part) {
        log(part);
        printer.part(part);
        if (!over && attempt?.supervisor === supervisor) onChange(attempt, part);
      },
    });
    const control = controlServer(
      {
        startedAt,
        pid: process.pid,
        home,
        reports: () => supervisor.reports(),
        request: (name, what) => supervisor.request(name, what),
      },
      logger,
    );
    plan.ports.release("supervisor");
    await control.listen(plan.ports.portOf("supervisor"));
    publishEndpoints(home, plan, around.env);
    const page = names.includes("dashboard") ? plan.addresses.DASHBOARD_URL : null;
    attempt = { plan, supervisor, control, page };
    supervisor.begin();
  }

  function onChange(current: Attempt, changed: PartReport): void {
    const reports = current.supervisor.reports();
    const fatal = fatalFailure(current.plan.parts, reports);
    if (fatal) {
      over = true;
      void stop().then(() => fail(partFailed(fatal)));
    } else if (isSettled(reports)) {
      over = true;
      stopStarting();
      printer.line(summary(reports, clock.monotonic() - began, current.page));
      if (current.page !== null) stopFigures = followFigures(current.page, around);
      clock.after(CLASS_DATA_AFTER_MS, () => void readyClassData(current));
      settle(reports);
    } else if (changed.state === "restarting" && tries < TRIES) {
      void current.plan.ports.lostBy(changed.name).then((port) => {
        if (port === undefined || over || attempt !== current) return;
        over = true;
        printer.line(
          `  · port ${port} went to another program before ${changed.name} had it: beginning again`,
        );
        again = beginAgain(current);
      });
    }
  }

  /** With other ports. Every address may be known to every part, so all of them begin again. */
  async function beginAgain(lost: Attempt): Promise<void> {
    await lost.supervisor.end();
    await lost.control.close();
    if (abort.signal.aborted) return;
    try {
      over = false;
      await begin();
    } catch (error) {
      over = true;
      void stop().then(() => fail(error));
    }
  }

  async function readyClassData({ plan }: Attempt): Promise<void> {
    const made = await makeClassData(plan.surroundings, abort.signal);
    if (made.length > 0)
      printer.line(`  · ${made.join(" and ")} will start faster: class-data archives are made`);
  }

  async function stop(): Promise<void> {
    over = true;
    abort.abort();
    stopStarting();
    stopFigures();
    await again;
    const hurry = clock.after(DRAIN_WITHIN_MS, () => attempt?.supervisor.kill("stateless"));
    const last = clock.after(END_WITHIN_MS, () => attempt?.supervisor.kill("all"));
    if (attempt) {
      await attempt.supervisor.end();
      await attempt.control.close();
      attempt.plan.ports.releaseAll();
    }
    hurry();
    last();
    watchdog.close();
    forgetEndpoints(home);
    await lock.release();
    printer.line("Stopped.");
  }
}

/** A part that was given up on while others wait for it: the system can never come up. */
function fatalFailure(
  parts: readonly { readonly name: string; readonly needs: readonly string[] }[],
  reports: readonly PartReport[],
): PartReport | undefined {
  const waiting = reports.filter((part) => part.state === "waiting").map((part) => part.name);
  const missed = new Set(parts.filter((part) => waiting.includes(part.name)).flatMap((part) => part.needs));
  return reports.find((part) => part.state === "failed" && missed.has(part.name));
}

function partFailed({ name, reason }: PartReport): CodedError {
  return new CodedError("CHILD_FAILED", {
    message: `${name} did not start: ${reason ?? "no reason known"}`,
    retryable: false,
    context: { part: name },
  });
}

function summary(reports: readonly PartReport[], ms: number, page: string | null): string {
  const failed = reports.filter((part) => part.state === "failed").map((part) => part.name);
  const first =
    failed.length === 0
      ? `Everything runs after ${(ms / 1000).toFixed(1)} s.`
      : `Running without ${failed.join(", ")}: see the logs.`;
  return `\n${first}${page === null ? "" : `  ${page.replace("127.0.0.1", "localhost")}`}\n`;
}
