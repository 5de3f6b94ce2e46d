import { type Backoff, fullJitter } from "../../infra/runtime/backoff.ts";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { ProbeAnswer } from "../../infra/runtime/http/probes.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { Random } from "../../infra/runtime/random.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { CodedError, EXIT } from "../../schemas/errors.ts";

/** A process that was started as an instance. */
export interface Worker {
  readonly pid: number | null;
  /** @param probe - where its `/metrics` and `/readyz` are. */
  onReady(then: (probe: string) => void): void;
  /** @param code - null: a signal ended it. */
  onExit(then: (code: number | null) => void): void;
  /** Ask it to end in order. */
  stop(): void;
}

export interface WorkerPoolOptions {
  readonly size: number;
  /** Start the process of a slot, counted from 1. */
  readonly launch: (instance: number) => Worker;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What is known of one instance, for a person. */
export interface InstanceReport {
  readonly instance: number;
  readonly state: "starting" | "ready" | "restarting";
  readonly pid: number | null;
  readonly restarts: number;
  /** Where its own metrics are; null until it serves. */
  readonly probe: string | null;
}

interface WorkerSlot {
  readonly backoff: Backoff;
  worker: Worker | undefined;
  report: InstanceReport;
}

/** Starts in a row without one instance ever having been ready, before all is given up. */
const ATTEMPTS = 5;
/** An instance that served this long has recovered: the next wait is a short one again. */
const HEALTHY_MS = 30_000;

/**
 * Several processes of one service. One that ends by itself is started again, after a wait that grows while it does not
 * recover; the others serve on meanwhile.
 */
export class WorkerPool implements RunningService {
  /** Resolves when the first instance serves. */
  readonly ready: Promise<void>;
  /** Rejects when starting again makes no sense. */
  readonly failed: Promise<never>;
  readonly #options: WorkerPoolOptions;
  readonly #slots: WorkerSlot[];
  #fail: (error: Error) => void = () => {};
  #becomeReady: () => void = () => {};
  #everReady = false;
  #failures = 0;
  #stopping = false;
  #allGone: () => void = () => {};

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    const { random } = options;
    this.#slots = Array.from({ length: options.size }, (_, n) => ({
      backoff: fullJitter({ baseMs: 400, capMs: 10_000, floorMs: 100, random }),
      worker: undefined,
      report: { instance: n + 1, state: "starting", pid: null, restarts: 0, probe: null },
    }));
    for (const slot of this.#slots) this.#launch(slot);
  }

  reports(): readonly InstanceReport[] {
    return this.#slots.map(({ report }) => report);
  }

  /** Ready while any of them serves. */
  probe(): ProbeAnswer {
    const instances = this.reports();
    return { ready: instances.some(({ state }) => state === "ready"), detail: { instances } };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const gone = new Promise<void>((resolve) => {
      this.#allGone = resolve;
    });
    for (const { worker } of this.#slots) worker?.stop();
    if (this.#slots.every(({ worker }) => worker === undefined)) return;
    await gone;
  }

  #launch(slot: WorkerSlot): void {
    const { launch, clock, logger } = this.#options;
    const { instance } = slot.report;
    const worker = launch(instance);
    let readyAt: number | undefined;
    slot.worker = worker;
    slot.report = { ...slot.report, state: "starting", pid: worker.pid, probe: null };
    worker.onReady((probe) => {
      readyAt = clock.monotonic();
      this.#everReady = true;
      this.#becomeReady();
      slot.report = { ...slot.report, state: "ready", probe };
      logger.info({ instance, pid: worker.pid, probe }, "instance ready");
    });
    worker.onExit((code) => {
      slot.worker = undefined;
      if (this.#stopping) {
        if (this.#slots.every((other) => other.worker === undefined)) this.#allGone();
        return;
      }
      if (readyAt !== undefined && clock.monotonic() - readyAt >= HEALTHY_MS) slot.backoff.reset();
      this.#ended(slot, code);
    });
  }

  #ended(slot: WorkerSlot, code: number | null): void {
    const { clock, logger } = this.#options;
    const { instance, restarts } = slot.report;
    this.#failures++;
    const hopeless = hopelessEnd(code, this.#everReady ? 0 : this.#failures);
    if (hopeless) {
      this.#fail(hopeless);
      return;
    }
    const afterMs = slot.backoff.next();
    slot.report = { ...slot.report, state: "restarting", pid: null, probe: null, restarts: restarts + 1 };
    logger.warn({ instance, code, afterMs }, "an instance ended and is started again");
    clock.after(afterMs, () => {
      if (!this.#stopping) this.#launch(slot);
    });
  }
}

/** Wrong settings stay wrong, and what never worked will not: the instances have said why. */
function hopelessEnd(code: number | null, failures: number): CodedError | undefined {
  const error = (name: "CONFIG_INVALID" | "USAGE" | "CHILD_FAILED") =>
    new CodedError(name, {
      message: "the instances cannot start: their messages above say why",
      retryable: false,
      context: { exitCode: code },
    });
  if (code === EXIT.config) return error("CONFIG_INVALID");
  if (code === EXIT.usage) return error("USAGE");
  return failures >= ATTEMPTS ? error("CHILD_FAILED") : undefined;
}
