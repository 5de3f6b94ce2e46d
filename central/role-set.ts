import type { ProbeAnswer } from "../infra/runtime/http/probes.ts";
import { CodedError, isCoded, messageOf } from "../schemas/errors.ts";
import { LISTENING, type Role, type RoleRunning } from "./roles.ts";

/** The roles of one process: started side by side but for those that listen, stopped in reverse, ready when all are. */
export class RoleSet {
  /** Rejects with the first failure of any role. */
  readonly failed: Promise<never>;
  readonly #roles: readonly Role[];
  readonly #startRole: (role: Role) => Promise<RoleRunning>;
  readonly #running = new Map<Role, RoleRunning>();
  #fail: (error: unknown) => void = () => {};

  constructor(roles: readonly Role[], startRole: (role: Role) => Promise<RoleRunning>) {
    this.#roles = roles;
    this.#startRole = startRole;
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
  }

  /** @throws what the first role that cannot start throws, after the others have been stopped */
  async start(): Promise<void> {
    // Who finds its port taken must not have moved the others' partitions away from those who have them.
    const first = this.#roles.filter((role) => LISTENING.includes(role));
    const then = this.#roles.filter((role) => !LISTENING.includes(role));
    for (const roles of [first, then]) {
      const started = await Promise.allSettled(roles.map((role) => this.#startOne(role)));
      const failure = started.find((result) => result.status === "rejected");
      if (!failure) continue;
      await this.stop();
      throw failure.reason;
    }
  }

  probe(): ProbeAnswer {
    const detail: Record<string, unknown> = {};
    let ready = true;
    for (const role of this.#roles) {
      const running = this.#running.get(role);
      const answer = running
        ? (running.probe?.() ?? { ready: true })
        : { ready: false, detail: { state: "starting" } };
      ready &&= answer.ready;
      detail[role] = { ready: answer.ready, ...answer.detail };
    }
    return { ready, detail };
  }

  async stop(): Promise<void> {
    for (const role of [...this.#roles].reverse()) {
      const running = this.#running.get(role);
      this.#running.delete(role);
      await running?.stop();
    }
  }

  async #startOne(role: Role): Promise<void> {
    let running: RoleRunning;
    try {
      running = await this.#startRole(role);
    } catch (error) {
      throw named(role, error);
    }
    this.#running.set(role, running);
    running.failed?.catch((error: unknown) => this.#fail(named(role, error)));
  }
}

/** The same error, saying whose it is. */
function named(role: Role, error: unknown): unknown {
  if (!isCoded(error)) return new Error(`${role}: ${messageOf(error)}`, { cause: error });
  const { code, message, retryable, context } = error;
  return new CodedError(code, {
    message: `${role}: ${message}`,
    retryable,
    context: { ...context, role },
    cause: error,
  });
}
