import { z } from "zod";

/** What fields of answers are made of, for the OpenAPI document. */

export const count = z.int().min(0);
/** null: no data. */
export const known = count.nullable();
export const epochMs = z.int().describe("Wall clock, epoch milliseconds");
/** ISO 8601, UTC. */
export const time = z.iso.datetime();
