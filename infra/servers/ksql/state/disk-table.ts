import { createHash } from "node:crypto";
import { rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import type { RootDatabase } from "lmdb";
import { messageOf } from "../../../../schemas/errors.ts";

/** LMDB's keys end at 1,978 bytes. */
const LONGEST_KEY = 1900;
/** Rows per look: a reader that is slow must not hold an old snapshot, whose pages LMDB could not use again. */
const LOOK = 500;

/**
 * Rows on disk, for as long as this object lives: the truth is in Kafka, so nothing is flushed, and nothing is left
 * behind. Ids may be of any length.
 */
export class DiskTable {
  readonly #path: string;
  readonly #root: RootDatabase<Buffer, Buffer>;
  #closed = false;

  /** @param path - a file that does not exist yet. */
  constructor(path: string) {
    this.#path = path;
    // Takes some 60 ms and 12 MB: only servers whose state outgrows memory pay them.
    const { open } = createRequire(import.meta.url)("lmdb") as typeof import("lmdb");
    this.#root = open<Buffer, Buffer>({
      path,
      noSubdir: true,
      encoding: "binary",
      keyEncoding: "binary",
      noSync: true,
      noMemInit: true,
      eventTurnBatching: false,
      // Pages as large as a few rows' changes spread: half the writing of 4 KiB pages.
      pageSize: 8192,
    });
  }

  /** Of its file. */
  get bytes(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  get(id: string): Buffer | undefined {
    this.#mustBeOpen();
    return this.#root.get(keyOf(id));
  }

  /**
   * All or nothing. null forgets.
   *
   * @throws when the disk is full; the rows that were there before stay readable.
   */
  write(changes: Iterable<readonly [id: string, row: Buffer | null]>): void {
    this.#mustBeOpen();
    // In order, neighbours go to one page while it is at hand: two to three times faster.
    const sorted = [...changes].sort(([x], [y]) => (x < y ? -1 : 1));
    try {
      this.#root.transactionSync(() => {
        for (const [id, row] of sorted) {
          if (row) this.#root.putSync(keyOf(id), row);
          else this.#root.removeSync(keyOf(id));
        }
      });
    } catch (cause) {
      // LMDB calls a full disk an input/output error.
      const message = `cannot write ${this.#path} (${messageOf(cause)}); is the disk full? Make room, or set KSQL_STATE_DIR`;
      throw new Error(message, { cause });
    }
  }

  /**
   * Rows as they are when their turn comes; none twice.
   *
   * @param wanted - by the end of their ids: of a very long one nothing else is left.
   */
  *rows(wanted: (id: string) => boolean = () => true): Iterable<Buffer> {
    let last: Buffer | undefined;
    for (;;) {
      this.#mustBeOpen();
      const look = this.#root.getRange({ ...(last && { start: last, exclusiveStart: true }), limit: LOOK });
      const rows = [...look];
      for (const { key, value } of rows) if (wanted(key.toString("utf8"))) yield value;
      last = rows.at(-1)?.key;
      if (rows.length < LOOK) return;
    }
  }

  /** The file goes. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#root.close();
    for (const file of [this.#path, `${this.#path}-lock`]) rmSync(file, { force: true });
  }

  #mustBeOpen(): void {
    if (this.#closed) throw tableGone();
  }
}

/** What readers of a table are told that this instance no longer has. */
export function tableGone(): Error {
  return new Error("the table's partition went to another instance meanwhile; ask again");
}

/** Never empty, which LMDB refuses and a group's key may be; the end stays readable: windows' starts stand there. */
function keyOf(id: string): Buffer {
  const key = Buffer.from(`=${id}`);
  if (key.length <= LONGEST_KEY) return key;
  return Buffer.from(`${createHash("sha256").update(key).digest("hex")}${/@\d+$/.exec(id)?.[0] ?? ""}`);
}
