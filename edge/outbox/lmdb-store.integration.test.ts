import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../infra/runtime/clock.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { isAlive } from "../../infra/runtime/process-identity.ts";
import { Journal } from "./journal.ts";
import { LmdbStore } from "./lmdb-store.ts";
import { outboxContract } from "./outbox.contract.ts";

outboxContract("LMDB", async (limitBytes = 2 ** 30) => {
  const folder = mkdtempSync(join(tmpdir(), "outbox-"));
  const open = (): Journal => {
    const store = new LmdbStore({ folder, mapBytes: 2 ** 30, every: systemClock.every });
    return new Journal({ store, clock: systemClock, logger: silentLogger, limitBytes, isAlive });
  };
  let outbox = open();
  return {
    outbox,
    async reopen() {
      await outbox.close();
      outbox = open();
      return outbox;
    },
    async destroy() {
      await outbox.close();
      rmSync(folder, { recursive: true });
    },
  };
});
