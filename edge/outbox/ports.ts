import type { ProcessIdentity } from "../../infra/runtime/process-identity.ts";
import type { HelloFrame } from "../../schemas/wire/frame.ts";
import type { HelloPosition } from "./hello-books.ts";
import type { Ledger, StoredReading } from "./ledger.ts";

/** A reading in its device's queue. */
export interface QueuedReading {
  /** Arrival number within the device. */
  readonly n: number;
  /** Size of its encoded form, bytes: what it adds to a batch. */
  readonly bytes: number;
  readonly reading: StoredReading;
}

/** A reading that the gateway refuses for good, kept for a person to look at. */
export interface QuarantinedReading {
  readonly n: number;
  /** The gateway's reason. */
  readonly code: string;
  /** When it was set aside, epoch ms. */
  readonly at: number;
  readonly reading: StoredReading;
}

/** What makes a process a station's agent. */
export interface Claimed {
  /** The agent's boot number: rises with each claim of this outbox, at least the epoch seconds. */
  readonly boot: number;
  /** The name of this outbox for this station, random: two agents of one station have two. */
  readonly box: string;
}

/** How full the outbox is, all its stations together. */
export interface OutboxSize {
  readonly readings: number;
  /** Bytes in use on disk by readings, whatever the file's size. */
  readonly bytes: number;
  readonly limit: number;
  readonly full: boolean;
}

/**
 * Readings on disk until the gateway has them: one queue per device, and the bookkeeping that makes a resend
 * recognisable. Every promise resolves only once the change is durable.
 */
export interface Outbox {
  /** A device's bookkeeping, with changes that are accepted but not yet durable. */
  ledger(deviceId: string): Ledger;

  /** Devices of this station that the outbox knows. */
  devices(stationId: number): readonly string[];

  /**
   * Add readings of one device to its queue. Each must be the next of its boot.
   *
   * @throws {CodedError} EDGE_OUTBOX_FULL: the limit is reached or the disk is full. EDGE_OUTBOX_FAILED: any other
   * fault of the store. Nothing of the call was stored, nor of any later call for this device that was accepted before
   * this one failed: ask `ledger` where to go on.
   */
  append(deviceId: string, readings: readonly StoredReading[]): Promise<void>;

  /** Take over what a HELLO says of memory, boots and numbers. @throws as `append`. */
  adopt(deviceId: string, hello: HelloFrame): Promise<void>;

  /** Remember the device's newest numbers; durable with the next change of the device. */
  hear(deviceId: string, said: HelloPosition): void;

  /** Up to `limit` readings of the queue from arrival number `from` on, oldest first; durable ones only. */
  peek(deviceId: string, from: number, limit: number): readonly QueuedReading[];

  /**
   * The gateway has everything of this device up to and including arrival number `upTo`. Durable soon: a fault of the
   * store delays it, and a crash before then sends the readings again.
   */
  release(deviceId: string, upTo: number): void;

  /** Set the oldest reading of the queue aside. Nothing happens if the oldest is not `n`. */
  quarantine(deviceId: string, n: number, code: string): Promise<void>;

  /** What was set aside of a station's devices, oldest first per device. */
  quarantined(stationId: number): readonly QuarantinedReading[];

  size(): OutboxSize;

  /**
   * Become the one agent of a station.
   *
   * @throws {CodedError} ALREADY_RUNNING with the other's process id.
   */
  claim(stationId: number, owner: ProcessIdentity): Claimed;

  /** Store what is accepted, then release the files. */
  close(): Promise<void>;
}
