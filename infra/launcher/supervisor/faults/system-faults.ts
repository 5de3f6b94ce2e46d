import { LONGEST_FAULT_MS, SYSTEM_FAULTS, type SystemFault } from "../../../../schemas/system-faults.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import type { FaultMaker, FaultOrder } from "./maker.ts";

/** The faults in force: each kind once, each for a bounded time, none longer than the supervisor. */
export class SystemFaults {
  readonly #makers: Readonly<Record<SystemFault, FaultMaker>>;
  readonly #clock: Clock;
  readonly #healers = new Map<SystemFault, () => void>();

  constructor(makers: Readonly<Record<SystemFault, FaultMaker>>, clock: Clock) {
    this.#makers = makers;
    this.#clock = clock;
  }

  /** Kinds that can be made here now. */
  kinds(): readonly SystemFault[] {
    return SYSTEM_FAULTS.filter((kind) => this.#makers[kind].isPossible());
  }

  /** @throws {RestError} 409 when it is in force already, or cannot be made here. */
  strike(kind: SystemFault, order: FaultOrder): void {
    if (this.#healers.has(kind)) throw new RestError(409, 409, `${kind} is in force already`);
    if (!this.#makers[kind].isPossible())
      throw new RestError(409, 409, `${kind} cannot be made on what runs here now`);
    const forMs = Math.min(order.forMs, LONGEST_FAULT_MS);
    const end = this.#makers[kind].strike({ ...order, forMs });
    const cancel = this.#clock.after(forMs, () => heal());
    const heal = (): void => {
      cancel();
      this.#healers.delete(kind);
      end();
    };
    this.#healers.set(kind, heal);
  }

  healAll(): void {
    for (const heal of this.#healers.values()) heal();
  }
}
