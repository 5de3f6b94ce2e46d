import type { Clock } from "../../infra/runtime/clock.ts";
import { defined } from "../../infra/runtime/defined.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { isAlive } from "../../infra/runtime/process-identity.ts";
import { Journal } from "./journal.ts";
import { LmdbStore } from "./lmdb-store.ts";

/** The file holds free pages, ledgers and quarantine beside the readings that the limit counts. */
const FILE_OVER_LIMIT = 4;

/** The outbox of a home, on disk; `readOnly` to look at one that may be in use. */
export function openOutbox(options: {
  readonly folder: string;
  readonly limitBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly readOnly?: boolean;
  /** See `JournalOptions`. */
  readonly onStuck?: () => void;
}): Journal {
  const { folder, limitBytes, clock, logger, readOnly = false, onStuck } = options;
  const store = new LmdbStore({ folder, readOnly, mapBytes: mapBytes(limitBytes), every: clock.every });
  return new Journal({ store, clock, logger, limitBytes, isAlive, ...defined({ onStuck }) });
}

/** How far the file may grow, bytes. */
export function mapBytes(limitBytes: number): number {
  return Math.max(2 ** 30, limitBytes * FILE_OVER_LIMIT);
}
