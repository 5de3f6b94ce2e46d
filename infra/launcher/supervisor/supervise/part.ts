/** What the order of starting and stopping needs to know of a part. */
export interface PartSpec {
  readonly name: string;
  /** A service runs until it is told to stop; a task runs to its end once, and is ready then. */
  readonly kind: "service" | "task";
  /** These are ready before this one starts, and end after it. */
  readonly needs: readonly string[];
  /** These end after this one too, so that they can take its last data; it starts without waiting for them. */
  readonly feeds: readonly string[];
  /**
   * It could start at once, but lets the first start of these go before: on a small machine every process that
   * starts slows the ones that others wait for.
   */
  readonly yieldsTo?: readonly string[];
}

/**
 * waiting: for what it needs; starting: until its probe answers; restarting: ended by itself, waits for its next try;
 * stopping: told to end; stopped: ended because it was told to; failed: given up on.
 */
export type PartState = "waiting" | "starting" | "ready" | "restarting" | "stopping" | "stopped" | "failed";

/** How a process ended. */
export interface Ended {
  /** null: a signal ended it, or it never ran. */
  readonly code: number | null;
  /** In words, for a person. */
  readonly reason: string;
}

/** A part that was launched. */
export interface Launched {
  /** null for tasks that run inside the supervisor. */
  readonly pid: number | null;
  /** The process that prepares it, before it has one of its own; absent or null: none. */
  readonly preparing?: number | null;
  /**
   * A service answers its probe. Stays pending when it ends before, and for tasks; rejects when it never will be of
   * use, for example because its data cannot be brought up to date.
   */
  readonly ready: Promise<void>;
  /** Never rejects. A task that ended with code 0 is done. */
  readonly ended: Promise<Ended>;
  /** Ask it to end in order. */
  stop(): void;
  /** End it now. */
  kill(): void;
  /** A line for its standard input; absent: it reads none. */
  say?(line: string): void;
}

/** A part and how to run it. */
export interface Part extends PartSpec {
  /** Where people and other parts reach it; null for parts without an address. */
  readonly url: string | null;
  /** Answers what it does now, as JSON; absent: nothing can be asked. */
  readonly probe?: string | null;
  /** Answers as long as its event loop turns, within the ms given; absent: a part that is ready is taken to live. */
  readonly lives?: (withinMs: number) => Promise<boolean>;
  /** Where its output goes; null for tasks inside the supervisor. */
  readonly log: string | null;
  /** Killing it costs a long recovery at the next start: it gets the most time to end in order. */
  readonly holdsState: boolean;
  launch(): Launched;
}
