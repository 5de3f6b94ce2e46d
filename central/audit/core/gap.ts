/**
 * Records of an output that were deleted unread. The output follows the order of the input, so the first record behind
 * the gap tells from which input record on all is there again.
 */
export class OutputGap {
  #open: boolean;
  #doubt: number;

  constructor(state?: { readonly open: boolean; readonly doubt: number }) {
    this.#open = state?.open ?? false;
    this.#doubt = state?.doubt ?? -1;
  }

  found(): void {
    this.#open = true;
  }

  /** A record behind it, that came of the input record at `at`. */
  passed(at: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#doubt = at;
  }

  /** May what came of this input record have been in it? */
  covers(at: number): boolean {
    return this.#open || at <= this.#doubt;
  }

  toJSON(): { readonly open: boolean; readonly doubt: number } {
    return { open: this.#open, doubt: this.#doubt };
  }
}
