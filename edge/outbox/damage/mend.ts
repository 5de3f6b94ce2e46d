import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Clock } from "../../../infra/runtime/clock.ts";
import type { Logger } from "../../../infra/runtime/logger.ts";
import type { ProcessIdentity } from "../../../infra/runtime/process-identity.ts";
import { CodedError } from "../../../schemas/errors.ts";
import { LmdbStore } from "../lmdb-store.ts";
import { type Diagnosis, examine, type StartLook } from "./examine.ts";
import { LmdbFile } from "./lmdb-file.ts";
import { DATA_FILE } from "./look.ts";
import { MendLock } from "./mend-lock.ts";
import { claimsIn, type Rescued, rescue } from "./rescue.ts";

export interface MendOptions {
  /** Of the outbox. What is set aside, and what is made meanwhile, lies beside it. */
  readonly folder: string;
  readonly mapBytes: number;
  readonly startLook: StartLook;
  readonly owner: ProcessIdentity;
  readonly isAlive: (owner: ProcessIdentity) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Between two looks at a process that mends the outbox, ms. */
const WAIT_MS = 200;

/**
 * See to it that the outbox can be opened: a damaged one is set aside whole, and what it still holds goes into a new
 * one. A stop on the way, at any moment, leaves one of the two in its place.
 *
 * @throws {CodedError} EDGE_OUTBOX_DAMAGED: another process, named, still uses it.
 */
export async function mendOutbox(options: MendOptions): Promise<void> {
  const { folder, startLook, clock, logger } = options;
  const lock = new MendLock(`${folder}.mending`, options.owner, options.isAlive);
  for (;;) {
    while (lock.isHeldByAnother()) await clock.sleep(WAIT_MS);
    finishRename(folder);
    const file = fileId(folder);
    if (file === null) return;
    logger.debug({ folder }, "looks at the outbox before it is opened: some seconds for a million readings");
    const verdict = await examine(folder, startLook);
    if (verdict.is === "sound") return;
    if (verdict.is === "unknown") {
      logger.warn({ folder, why: verdict.why }, "the outbox could not be looked at before it is opened");
      return;
    }
    if (!lock.take()) continue;
    try {
      // Another process may have mended it since.
      if (fileId(folder) !== file) continue;
      if (await mend(options, verdict, lock)) return;
    } finally {
      lock.release();
    }
  }
}

/** @returns false: another process mends it. */
async function mend(
  options: MendOptions,
  verdict: Diagnosis & { readonly is: "damaged" },
  lock: MendLock,
): Promise<boolean> {
  const { folder, mapBytes, owner, isAlive, clock, logger } = options;
  const { why } = verdict;
  const file = new LmdbFile(join(folder, DATA_FILE));
  // The process that looked may have died before it could read them.
  const claims = [...verdict.claims, ...claimsIn(file)];
  const user = claims.find(({ claim }) => claim.owner.pid !== owner.pid && isAlive(claim.owner));
  if (user) {
    file.close();
    const { pid } = user.claim.owner;
    throw new CodedError("EDGE_OUTBOX_DAMAGED", {
      message: `the outbox is damaged (${why}), and process ${pid} still uses it: stop that one first`,
      retryable: false,
      context: { folder, pid },
    });
  }
  const mended = mendedFolder(folder);
  rmSync(mended, { recursive: true, force: true });
  const store = new LmdbStore({ folder: mended, mapBytes, every: () => () => {} });
  let rescued: Rescued;
  try {
    rescued = await rescue(file, store);
  } finally {
    file.close();
    await store.close();
  }
  const setAside = unusedName(
    `${folder}.damaged-${new Date(clock.now()).toISOString().replaceAll(":", ".")}`,
  );
  if (!lock.isOurs()) return false;
  renameSync(folder, setAside);
  renameSync(mended, folder);
  flushFolder(dirname(folder));
  const lost = [...rescued.lost.values()].reduce((sum, readings) => sum + readings, 0);
  const { devices, readings, withoutLedger } = rescued;
  logger.error(
    {
      code: "EDGE_OUTBOX_DAMAGED",
      ...{ setAside, why, devices, readings, lost, withoutLedger },
      lostOf: Object.fromEntries(rescued.lost),
    },
    `the outbox was damaged and is set aside: ${setAside}. ${readings} readings of ${devices} devices go on in a new ` +
      `one, ${lost} that waited are lost; the states of their devices name them`,
  );
  return true;
}

const mendedFolder = (folder: string): string => `${folder}.mended`;

/** Between the two renames of a process that was killed, there is a new outbox and none in its place. */
function finishRename(folder: string): void {
  if (!existsSync(folder) && existsSync(mendedFolder(folder))) renameSync(mendedFolder(folder), folder);
}

/** Tells the file of an outbox from the one that takes its place; null: there is no outbox yet. */
function fileId(folder: string): number | null {
  return statSync(join(folder, DATA_FILE), { throwIfNoEntry: false })?.ino ?? null;
}

function unusedName(name: string): string {
  let n = 1;
  let unused = name;
  while (existsSync(unused)) unused = `${name}-${++n}`;
  return unused;
}

/** Renames survive a loss of power once their folder is flushed. */
function flushFolder(folder: string): void {
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
