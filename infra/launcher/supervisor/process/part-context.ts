import { join } from "node:path";
import type { Clock } from "../../../runtime/clock.ts";
import type { Toolchain } from "./jvm.ts";
import type { Watchdog } from "./watchdog.ts";

/** What every part that is a process needs. */
export interface PartContext {
  /** The project's folder. */
  readonly root: string;
  /** Where state lives. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly watchdog: Watchdog;
  readonly toolchain: Toolchain;
}

export function logOf(home: string, part: string): string {
  return join(home, "logs", `${part}.log`);
}
