import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ProcessIdentity } from "../../../infra/runtime/process-identity.ts";

/** Which process mends, as a file; one that died holds nothing. */
export class MendLock {
  readonly #path: string;
  readonly #owner: ProcessIdentity;
  readonly #isAlive: (owner: ProcessIdentity) => boolean;

  constructor(path: string, owner: ProcessIdentity, isAlive: (owner: ProcessIdentity) => boolean) {
    this.#path = path;
    this.#owner = owner;
    this.#isAlive = isAlive;
  }

  isHeldByAnother(): boolean {
    const holder = this.#holder();
    return holder !== null && holder.pid !== this.#owner.pid && this.#isAlive(holder);
  }

  /** Two that find the lock of a dead one may both take it: the later has it. */
  isOurs(): boolean {
    const holder = this.#holder();
    return holder?.pid === this.#owner.pid && holder.started === this.#owner.started;
  }

  /** @returns false: another process was quicker. */
  take(): boolean {
    if (this.isHeldByAnother()) return false;
    rmSync(this.#path, { force: true });
    try {
      writeFileSync(this.#path, JSON.stringify(this.#owner), { flag: "wx" });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
  }

  release(): void {
    if (this.isOurs()) rmSync(this.#path, { force: true });
  }

  #holder(): ProcessIdentity | null {
    try {
      return JSON.parse(readFileSync(this.#path, "utf8")) as ProcessIdentity;
    } catch {
      return null;
    }
  }
}
