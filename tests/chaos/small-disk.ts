import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

const SIZE_MB = 96;
const PIECE = Buffer.alloc(64 * 1024);

/** A disk of its own below a folder, small enough to be full in a moment. */
export class SmallDisk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns undefined where this user may not mount one. */
  static at(folder: string): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      const options = `size=${SIZE_MB}m,mode=0700`;
      execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
      return new SmallDisk(folder);
    } catch {
      return undefined;
    }
  }

  /** Nothing more can be written, by anybody. */
  fill(): void {
    const file = openSync(this.#filler, "w");
    try {
      for (;;) writeSync(file, PIECE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  /** It goes as soon as nobody uses it any more, with what is on it. */
  remove(): void {
    execFileSync("umount", ["--lazy", this.#folder], { stdio: "ignore" });
  }

  get #filler(): string {
    return join(this.#folder, "filler");
  }
}
