import { CodedError, isCoded, messageOf } from "../../../schemas/errors.ts";
import type { ProbeAnswer } from "../http/probes.ts";
import type { Running } from "./lifecycle.ts";

/** A service that runs. */
export interface RunningService extends Running {
  /**
   * Resolves when the service can do its work, and rejects when it never will; left out: it can at once. For services
   * that listen, and answer that they are not ready, while they still wait for a server.
   */
  readonly ready?: Promise<void>;
  /** Its part of `/readyz`. */
  readonly probe?: () => ProbeAnswer;
}

export interface NamedService {
  readonly name: string;
  /** It needs nothing but a port, so it starts before the others and stops after them. */
  readonly first?: boolean;
}

/**
 * The services of one process.
 *
 * Those that are `first` start before the others, so that a process that finds its port taken has not yet moved
 * partitions to itself. Within these two groups services start and stop side by side. When one cannot start, those that
 * have started are stopped.
 */
export class ServiceSet<S extends NamedService> implements Running {
  /** Rejects with the first failure of any service. */
  readonly failed: Promise<never>;
  readonly #services: readonly S[];
  readonly #startService: (service: S) => Promise<RunningService>;
  readonly #running = new Map<S, RunningService>();
  #fail: (error: unknown) => void = () => {};
  #stopped = false;

  constructor(services: readonly S[], startService: (service: S) => Promise<RunningService>) {
    this.#services = services;
    this.#startService = startService;
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
  }

  /**
   * Resolves when all can do their work.
   *
   * @throws what the first service that cannot start throws, after the others have been stopped
   */
  async start(): Promise<void> {
    for (const group of this.#groups()) {
      const started = await Promise.allSettled(group.map((service) => this.#startOne(service)));
      const failure = started.find((result) => result.status === "rejected");
      if (!failure) continue;
      await this.stop();
      throw failure.reason;
    }
  }

  /** Ready when all are. Each has its own part under its name, also one alone: a reader need not know how many there are. */
  probe(): ProbeAnswer {
    const answers = this.#services.map((service) => [service.name, this.#answerOf(service)] as const);
    return {
      ready: answers.every(([, { ready }]) => ready),
      detail: Object.fromEntries(answers.map(([name, { ready, detail }]) => [name, { ready, ...detail }])),
    };
  }

  /** One that is still starting is stopped as soon as it has started. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const group of this.#groups().toReversed()) {
      await Promise.all(
        group.map(async (service) => {
          const running = this.#running.get(service);
          this.#running.delete(service);
          await running?.stop();
        }),
      );
    }
  }

  #groups(): readonly (readonly S[])[] {
    return [
      this.#services.filter(({ first = false }) => first),
      this.#services.filter(({ first = false }) => !first),
    ];
  }

  #answerOf(service: S): ProbeAnswer {
    const running = this.#running.get(service);
    if (!running) return { ready: false, detail: { state: "starting" } };
    return running.probe?.() ?? { ready: true };
  }

  async #startOne(service: S): Promise<void> {
    try {
      const running = await this.#startService(service);
      if (this.#stopped) return await running.stop();
      this.#running.set(service, running);
      running.failed?.catch((error: unknown) => this.#fail(this.#named(service, error)));
      await running.ready;
    } catch (error) {
      throw this.#named(service, error);
    }
  }

  /** The same error; of several services it says whose it is. */
  #named({ name }: S, error: unknown): unknown {
    if (this.#services.length === 1) return error;
    if (!isCoded(error)) return new Error(`${name}: ${messageOf(error)}`, { cause: error });
    const { code, message, retryable, context } = error;
    return new CodedError(code, {
      message: `${name}: ${message}`,
      retryable,
      context: { ...context, service: name },
      cause: error,
    });
  }
}
