import { createHash } from "node:crypto";
import { strToU8, zipSync } from "fflate";
import type { Line } from "../../../../schemas/network/network.ts";
import { csv } from "./csv.ts";
import { tables } from "./tables.ts";

/** Bytes to serve, and the tag by which an unchanged answer is known. */
export interface Answered {
  readonly body: Buffer;
  /** As the header has it, quotes included. */
  readonly etag: string;
}

export function answered(body: Uint8Array | string): Answered {
  const bytes = Buffer.from(body);
  return { body: bytes, etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 27)}"` };
}

/** A date that each of its files has: the same tables are the same bytes. */
const MTIME = new Date(2000, 0, 1);

/** `gtfs.zip` of the lines that run. @param now - wall clock, epoch ms. */
export function archive(lines: readonly Line[], now: number): Answered {
  const files = Object.entries(tables(lines, now)).map(([name, rows]) => [name, strToU8(csv(rows))] as const);
  return answered(zipSync(Object.fromEntries(files), { mtime: MTIME, level: 9 }));
}
