import { z } from "zod";
import { readJson, writeJsonDurably } from "../state-file.ts";
import type { BootRecord, IdentityBook } from "./identity.ts";

const count = z.number().int().min(0);
const book = z.record(
  z.string(),
  z.object({
    bootId: count,
    memoryBootId: count,
    priorNumbered: count,
    priorHappened: count,
    // Not kept by older versions.
    bootNonce: count.default(0),
    earlierNonces: z.array(z.tuple([count, count])).default([]),
  }),
);

/** One small JSON file for all devices: when 370 of them boot together, one fsync is enough. */
export class IdentityFile implements IdentityBook {
  readonly #path: string;
  readonly #records: Map<string, BootRecord>;

  /** @throws {CodedError} CONFIG_INVALID when the file is there but damaged: guessing would reuse a boot id. */
  constructor(path: string) {
    this.#path = path;
    this.#records = new Map(Object.entries(readJson(path, book) ?? {}));
  }

  get(deviceId: string): BootRecord | undefined {
    return this.#records.get(deviceId);
  }

  put(records: ReadonlyMap<string, BootRecord>): void {
    const next = new Map([...this.#records, ...records]);
    writeJsonDurably(this.#path, Object.fromEntries(next));
    for (const [id, record] of records) this.#records.set(id, record);
  }
}
