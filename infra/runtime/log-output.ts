import { writeSync } from "node:fs";

/** Bytes into a file descriptor. @returns how many it took. @throws as `fs.writeSync`. */
type WriteBytes = (bytes: Uint8Array) => number;

/** A pipe is full: its reader gets so long, ms, and as many times. */
const PAUSE_MS = 10;
const PAUSES = 1_000;

/**
 * Where a service's log goes, line by line, each written before the next. A line that cannot be written, for example
 * because the disk is full, is dropped: a service does not end for its log.
 */
export class LogOutput {
  readonly #write: WriteBytes;
  readonly #pause: () => void;
  /** The last line was cut off. */
  #isCut = false;

  /** @param pause - waits a moment, without letting anything else run. */
  constructor(write: WriteBytes = toStderr, pause: () => void = blockingPause) {
    this.#write = write;
    this.#pause = pause;
  }

  write(line: string): void {
    const bytes = Buffer.from(this.#isCut ? `\n${line}` : line);
    let written = 0;
    for (let pauses = 0; written < bytes.length; ) {
      try {
        written += this.#write(bytes.subarray(written));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || ++pauses > PAUSES) break;
        this.#pause();
      }
    }
    if (written > 0) this.#isCut = written < bytes.length;
  }
}

function toStderr(bytes: Uint8Array): number {
  return writeSync(2, bytes);
}

function blockingPause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
