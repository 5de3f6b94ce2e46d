/** One parser of input from outside. */
export interface Target {
  readonly name: string;
  readonly about: string;
  /** Inputs that are valid, or nearly: they get past the head, to where the faults are. */
  readonly corpus: readonly Buffer[];
  /** Bytes: what is larger is refused before it reaches the code. */
  readonly maxBytes: number;
  /** Families of inputs that grow by rules of their own, where repeating a part of the corpus does not get far. */
  readonly families?: Readonly<Record<string, (n: number) => Buffer>>;
  /**
   * Take one input as the product does.
   *
   * @returns whether it was taken, and not refused: how far the inputs get.
   * @throws for what must not happen: any error but a proper refusal.
   */
  readonly take: (input: Buffer) => boolean | Promise<boolean>;
}

/** Fails for whatever `accepts` does not call a proper refusal. @returns false for a refusal. */
export function refusing<T>(run: () => T, accepts: (error: unknown) => boolean): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (accepts(error)) return false;
    throw error;
  }
}
