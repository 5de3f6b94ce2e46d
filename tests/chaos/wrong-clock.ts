import { existsSync, renameSync, writeFileSync } from "node:fs";

const LIBRARIES = ["x86_64", "aarch64"].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`,
);

/** The wall clock of the programs that are started with its environment. Their monotonic clocks stay right. */
export class WrongClock {
  readonly env: Readonly<Record<string, string>>;
  readonly #file: string;

  private constructor(library: string, file: string) {
    this.#file = file;
    this.env = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
    this.off(0);
  }

  /** @param file - is written. @returns undefined where libfaketime (Debian's package `faketime`) is not installed. */
  static by(file: string): WrongClock | undefined {
    const library = LIBRARIES.find((path) => existsSync(path));
    return library === undefined ? undefined : new WrongClock(library, file);
  }

  /** So many seconds ahead; less than 0: behind. It counts within a second. */
  off(seconds: number): void {
    // Renamed, so that nobody reads half of it.
    writeFileSync(`${this.#file}.new`, `${seconds < 0 ? "" : "+"}${seconds}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}
