import { readFileSync } from "node:fs";
import { z } from "zod";
import { messageOf } from "../../../schemas/errors.ts";
import { LINES, networkOf, type StationNetwork } from "../../../schemas/network/network.ts";
import type { NetworkRow } from "../../../schemas/network/rows.ts";

/** Device ids and MQTT topics name a station by five digits. */
export const STATION_IDS = { first: 10_000, last: 99_999 } as const;

const number = z.string().min(1).pipe(z.coerce.number());
const whole = number.pipe(z.int().min(0));
const compass = z.enum(["N", "S", "E", "W"]);
const entries = z.union([z.literal("").transform(() => null), number]);

const COLUMNS = 14;
/** The columns of `NetworkRow`, in its order. */
const row = z.tuple([
  z.enum(LINES),
  whole,
  whole.pipe(z.number().min(STATION_IDS.first).max(STATION_IDS.last)),
  z.string().min(1),
  number,
  number,
  z.enum(["0", "1"]).transform((text) => (text === "1" ? 1 : 0)),
  whole,
  compass,
  whole,
  compass,
  entries,
  entries,
  entries,
]);

/**
 * A network as a file: one station and line a row, columns as `NetworkRow` has them, separated by tabs. The last
 * three may be empty: not known.
 *
 * @throws {Error} that names the first line that is no row
 */
export function parseNetwork(text: string): StationNetwork {
  const rows = text.split("\n").flatMap((line, n): NetworkRow[] => {
    if (line === "") return [];
    const columns = line.split("\t");
    if (columns.length !== COLUMNS)
      throw new Error(`line ${n + 1} has ${columns.length} columns, not ${COLUMNS}`);
    const parsed = row.safeParse(columns);
    if (parsed.success) return [parsed.data];
    const [issue] = parsed.error.issues;
    throw new Error(`line ${n + 1}, column ${Number(issue?.path[0] ?? 0) + 1}: ${issue?.message}`);
  });
  if (rows.length === 0) throw new Error("it holds no row");
  return networkOf(rows);
}

/** The file that `parseNetwork` reads. */
export function networkText(rows: readonly NetworkRow[]): string {
  return rows.map((columns) => `${columns.map((column) => column ?? "").join("\t")}\n`).join("");
}

/** Read by those who count what stations report. */
export const networkFile = z
  .string()
  .transform((path, context): StationNetwork => {
    try {
      return parseNetwork(readFileSync(path, "utf8"));
    } catch (error) {
      context.addIssue(
        `give a network file, one station and line a row, columns by tabs: ${messageOf(error)}`,
      );
      return z.NEVER;
    }
  })
  .optional()
  .describe("The stations that are counted, a file (docs/scaling.md); not set: Chicago's.");
