import { openSync, readFileSync, writeSync } from "node:fs";
import type { QueryPosition } from "./deaths.ts";

/** Says which query this process is at work for. Kept where it outlives the process: one that hangs can say no more. */
export interface WorkMark {
  set(at: QueryPosition | null): void;
}

/** Blanks fill it up: a shorter text must not leave the end of a longer one. Ids and topics have some 250 characters. */
const MARK_BYTES = 2048;

/** In a file, written in place: a batch costs two writes to the page cache, some microseconds each. */
export class MarkFile implements WorkMark {
  readonly #file: number;
  readonly #bytes = Buffer.alloc(MARK_BYTES);
  #at: QueryPosition | null = null;

  /** @throws when the file cannot be written. */
  constructor(path: string) {
    this.#file = openSync(path, "w", 0o600);
    this.#write(null);
  }

  set(at: QueryPosition | null): void {
    if (at === this.#at) return;
    this.#at = at;
    this.#write(at);
  }

  #write(at: QueryPosition | null): void {
    this.#bytes.fill(" ");
    this.#bytes.write(JSON.stringify(at));
    writeSync(this.#file, this.#bytes, 0, MARK_BYTES, 0);
  }
}

/** What an earlier process was at when it ended; null: nothing, or no file that could be read. */
export function markIn(path: string): QueryPosition | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as QueryPosition | null;
  } catch {
    return null;
  }
}

export const NO_MARK: WorkMark = { set() {} };
