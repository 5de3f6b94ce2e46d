import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { emptyLedger } from "../../../../edge/outbox/ledger.ts";
import { LmdbStore } from "../../../../edge/outbox/lmdb-store.ts";
import type { Contender, Figures } from "../../harness.ts";
import { inNewHome } from "./stages.ts";

const ROW_BYTES = 60;
const WINDOW_MS = 2_000;
const PER_COMMIT = [1, 64] as const;
const DEVICE = "40380-T1";

/** The outbox's store: each commit is on disk before the next begins, as before a serial ACK. */
const store: Contender = {
  name: "outbox",
  run: () =>
    rowsPerSecond(async (home, perCommit) => {
      const lmdb = new LmdbStore({ folder: join(home, "outbox"), mapBytes: 2 ** 30, every: () => () => {} });
      let n = 0;
      return {
        commit() {
          const puts = Array.from({ length: perCommit }, () => ({
            deviceId: DEVICE,
            row: { n: ++n, bytes: Buffer.alloc(ROW_BYTES, n) },
          }));
          const ledgers = new Map([[DEVICE, { ...emptyLedger(DEVICE), head: n + 1, stored: n }]]);
          return lmdb.commit({ ledgers, puts, removes: [], quarantined: [] });
        },
        close: () => lmdb.close(),
      };
    }),
};

/** What the disk allows: the same bytes appended to a plain file, flushed per commit, with no index at all. */
const plainFile: Contender = {
  name: "limit: plain file, flushed",
  run: () =>
    rowsPerSecond(async (home, perCommit) => {
      const file = openSync(join(home, "rows"), "a");
      return {
        async commit() {
          writeSync(file, Buffer.alloc(ROW_BYTES * perCommit, 1));
          fdatasyncSync(file);
        },
        close: async () => closeSync(file),
      };
    }),
};

interface Rows {
  commit(): Promise<void>;
  close(): Promise<void>;
}

async function rowsPerSecond(open: (home: string, perCommit: number) => Promise<Rows>): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const perCommit of PER_COMMIT) {
    await inNewHome(async (home) => {
      const rows = await open(home, perCommit);
      const began = performance.now();
      let commits = 0;
      for (; performance.now() - began < WINDOW_MS; commits++) await rows.commit();
      figures[`rows/s at ${perCommit} per commit`] =
        (commits * perCommit * 1000) / (performance.now() - began);
      await rows.close();
    });
  }
  return figures;
}

export const outboxContenders: readonly Contender[] = [store, plainFile];
