/** What makes a fault has of the running parts. */
export interface FaultTargets {
  /** Of its process; null: it has none now. */
  pidOf(part: string): number | null;
  /** A line for its standard input. @returns false when it has no process that reads one. */
  say(part: string, line: string): boolean;
}

/** How long a fault lasts, and what it strikes. */
export interface FaultOrder {
  readonly forMs: number;
  /** A station's id; left out: the fault strikes no single one. */
  readonly target?: string;
}

/** Makes one kind of fault. */
export interface FaultMaker {
  /** Can it be made on this machine, and on what runs now? */
  isPossible(): boolean;
  /**
   * @returns ends it; may be called at any time, once.
   * @throws {Error} when it cannot be made after all.
   */
  strike(order: FaultOrder): () => void;
}
