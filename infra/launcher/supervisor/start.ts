import { join } from "node:path";
import { CodedError } from "../../../schemas/errors.ts";
import { STATIONS } from "../../../schemas/network/network.ts";
import type { HttpServer } from "../../runtime/http/listen.ts";
import { ensureAgentSecrets } from "../../runtime/security/agent-secrets.ts";
import type { Endpoints } from "../../runtime/service/endpoints.ts";
import { DRAIN_MS, type Running } from "../../runtime/service/lifecycle.ts";
import type { Lock } from "../setup/lock.mjs";
import { faultsHere } from "./faults/here.ts";
import type { SystemFaults } from "./faults/system-faults.ts";
import { forgetEndpoints, takeHome } from "./home.ts";
import type { StartOptions } from "./options.ts";
import { type HomeSecrets, secretsOf } from "./private-home.ts";
import { activityOf } from "./process/activity.ts";
import { makeClassData } from "./process/class-data.ts";
import { lastWords } from "./process/log-tail.ts";
import { logOf } from "./process/part-context.ts";
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
  type Extent,
  planSystem,
  publishEndpoints,
  type SystemContext,
  type SystemPlan,
  servedAddresses,
} from "./system.ts";

/** Who gets a password for MQTT at the first start: every station's agent, and the observer. */
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

export interface StartContext extends Omit<SystemContext, "watchdog"> {
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
  readonly faults: SystemFaults;
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
  context: StartContext,
  options: StartOptions,
  extent: Extent,
): Promise<StartedSystem> {
  checkOptions(context, options);
  const start = new SystemStart(context, options, extent);
  await start.open();
  return {
    get addresses() {
      return start.addresses;
    },
    settled: start.settled,
    failed: start.failed,
    stop: () => start.stop(),
  };
}

/** One system, from its first attempt to its end. */
class SystemStart {
  readonly settled: Promise<readonly PartReport[]>;
  readonly failed: Promise<never>;
  readonly #context: StartContext;
  readonly #options: StartOptions;
  readonly #extent: Extent;
  readonly #startedAt: number;
  /** Monotonic, ms. */
  readonly #began: number;
  readonly #log: (part: PartReport) => void;
  readonly #abort = new AbortController();
  readonly #watchdog = startWatchdog();
  #lock: Lock | undefined;
  #secrets: HomeSecrets | undefined;
  #attempt: Attempt | undefined;
  /** What has happened, or is about to, so that no part's change matters to the start any more. */
  #over = false;
  #tries = 0;
  #again = Promise.resolve();
  #settle: (reports: readonly PartReport[]) => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #stopStarting = (): void => {};
  #stopFigures = (): void => {};
  #leaveClassData = (): void => {};

  constructor(context: StartContext, options: StartOptions, extent: Extent) {
    const { home, clock } = context;
    this.#context = context;
    this.#options = options;
    this.#extent = extent;
    this.#startedAt = clock.now();
    this.#began = clock.monotonic();
    this.#log = journal(join(home, "run", "supervisor.log"), clock.now);
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    // A caller that only starts and stops need not look at it.
    this.failed.catch(() => {});
    this.settled = new Promise<readonly PartReport[]>((resolve) => {
      this.#settle = resolve;
    });
  }

  get addresses(): Endpoints {
    return (this.#attempt as Attempt).plan.addresses;
  }

  /** Take the home, and begin. */
  async open(): Promise<void> {
    const { home } = this.#context;
    try {
      this.#lock = await takeHome(home, () => ({
        pid: process.pid,
        home,
        url: this.#attempt?.page ?? null,
        addresses: this.#attempt ? servedAddresses(this.#attempt.plan) : [],
      }));
      this.#secrets = secretsOf(home, this.#options.private);
      // A second signal exits at once: nothing may stay behind then either.
      process.once("exit", () => this.#attempt?.supervisor.kill("all"));
      this.#stopStarting = this.#showStarting();
      await this.#begin();
    } catch (error) {
      this.#stopStarting();
      this.#watchdog.close();
      await this.#lock?.release();
      throw error;
    }
  }

  /** A line that says what is waited for. @returns what ends it. */
  #showStarting(): () => void {
    const { home, clock, printer, isTTY } = this.#context;
    return clock.every(isTTY ? LINE_EVERY_MS.onATerminal : LINE_EVERY_MS.elsewhere, () => {
      const reports = this.#attempt?.supervisor.reports() ?? [];
      const line = startingLine(reports, (part) => lastWords(logOf(home, part)));
      if (line !== undefined) printer.status(line);
    });
  }

  async #begin(): Promise<void> {
    const { home, printer, env } = this.#context;
    this.#tries++;
    const context = { ...this.#context, watchdog: this.#watchdog, secrets: this.#secrets };
    const plan = await planSystem(context, this.#options, this.#extent);
    if (this.#abort.signal.aborted) {
      plan.ports.releaseAll();
      return;
    }
    const names = plan.parts.map((part) => part.name);
    if (names.includes("gateway")) await ensureAgentSecrets(home, MQTT_NAMES);
    for (const note of plan.notes) printer.line(`  · ${note}`);
    const supervisor = this.#supervisorOf(plan);
    const faults = faultsHere(plan.context, supervisor, this.#options.sources);
    const control = this.#controlOf(supervisor, faults);
    plan.ports.release("supervisor");
    await control.listen(plan.ports.portOf("supervisor"));
    publishEndpoints(home, plan, env);
    const page = names.includes("dashboard") ? plan.addresses.DASHBOARD_URL : null;
    this.#attempt = { plan, supervisor, control, faults, page };
    supervisor.begin();
  }

  #supervisorOf({ parts }: SystemPlan): Supervisor {
    const { clock, printer } = this.#context;
    const supervisor: Supervisor = new Supervisor({
      parts,
      policy: RESTART_POLICY,
      clock,
      activityOf,
      stopWithinMs: STOP_WITHIN_MS,
      onChange: (part) => {
        this.#log(part);
        printer.part(part);
        const attempt = this.#attempt;
        // Whoever ordered a fault on the page does not see it any more.
        if (part.name === "dashboard" && part.state !== "ready") attempt?.faults.healAll();
        if (!this.#over && attempt?.supervisor === supervisor) this.#onChange(attempt, part);
      },
    });
    return supervisor;
  }

  #controlOf(supervisor: Supervisor, faults: SystemFaults): HttpServer {
    const { home, logger } = this.#context;
    return controlServer(
      {
        startedAt: this.#startedAt,
        pid: process.pid,
        home,
        reports: () => supervisor.reports(),
        request: (name, what) => supervisor.request(name, what),
        faults: () => faults.kinds(),
        strike: (kind, order) => faults.strike(kind, order),
      },
      logger,
      this.#secrets?.token,
    );
  }

  #onChange(current: Attempt, changed: PartReport): void {
    const { clock, printer } = this.#context;
    const reports = current.supervisor.reports();
    const fatal = fatalFailure(current.plan.parts, reports);
    if (fatal) {
      this.#over = true;
      void this.stop().then(() => this.#fail(partFailed(fatal)));
    } else if (isSettled(reports)) {
      this.#over = true;
      this.#stopStarting();
      printer.line(summary(reports, clock.monotonic() - this.#began, current.page));
      if (current.page !== null) this.#stopFigures = followFigures(current.page, this.#context);
      this.#leaveClassData = clock.after(CLASS_DATA_AFTER_MS, () => void this.#readyClassData(current));
      this.#settle(reports);
    } else if (changed.state === "restarting" && this.#tries < TRIES) {
      void current.plan.ports.lostBy(changed.name).then((port) => {
        if (port === undefined || this.#over || this.#attempt !== current) return;
        this.#over = true;
        printer.line(
          `  · port ${port} went to another program before ${changed.name} had it: beginning again`,
        );
        this.#again = this.#beginAgain(current);
      });
    }
  }

  /** With other ports. Every address may be known to every part, so all of them begin again. */
  async #beginAgain(lost: Attempt): Promise<void> {
    lost.faults.healAll();
    await lost.supervisor.end();
    await lost.control.close();
    if (this.#abort.signal.aborted) return;
    try {
      this.#over = false;
      await this.#begin();
    } catch (error) {
      this.#over = true;
      void this.stop().then(() => this.#fail(error));
    }
  }

  async #readyClassData({ plan }: Attempt): Promise<void> {
    const made = await makeClassData(plan.context, this.#abort.signal);
    if (made.length === 0) return;
    this.#context.printer.line(`  · ${made.join(" and ")} will start faster: class-data archives are made`);
  }

  async stop(): Promise<void> {
    const { home, clock, printer } = this.#context;
    this.#over = true;
    this.#abort.abort();
    this.#stopStarting();
    this.#stopFigures();
    this.#leaveClassData();
    await this.#again;
    const hurry = clock.after(DRAIN_WITHIN_MS, () => this.#attempt?.supervisor.kill("stateless"));
    const last = clock.after(END_WITHIN_MS, () => this.#attempt?.supervisor.kill("all"));
    if (this.#attempt) {
      this.#attempt.faults.healAll();
      await this.#attempt.supervisor.end();
      await this.#attempt.control.close();
      this.#attempt.plan.ports.releaseAll();
    }
    hurry();
    last();
    this.#watchdog.close();
    forgetEndpoints(home);
    await this.#lock?.release();
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
