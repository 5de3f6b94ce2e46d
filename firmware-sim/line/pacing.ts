/** Start bit, eight data bits, stop bit (8N1). */
const BITS_PER_BYTE = 10;

/** How far ahead of the line bytes are handed over: the depth of a UART's buffer, and room for a late timer. */
const AHEAD_MS = 20;
/** Time that a busy process may catch up; what was not sent before that is lost to the line for good. */
const BEHIND_MS = 50;

/** When a line of this speed is free again. A pseudo-terminal does not pace by itself. */
export class Pacing {
  readonly #msPerByte: number;
  #busyUntil = 0;

  /** @param baudRate - 0: as fast as the reader takes it. */
  constructor(baudRate: number) {
    this.#msPerByte = baudRate === 0 ? 0 : (BITS_PER_BYTE * 1000) / baudRate;
  }

  free(now: number): boolean {
    return this.#busyUntil - now < AHEAD_MS;
  }

  spend(bytes: number, now: number): void {
    this.#busyUntil = Math.max(this.#busyUntil, now - BEHIND_MS) + bytes * this.#msPerByte;
  }
}
