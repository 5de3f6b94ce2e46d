import { z } from "zod";
import type { Column } from "../catalog/source.ts";
import type { SqlType } from "../sql/types.ts";

const column = z.object({
  name: z.string(),
  type: z.object({ base: z.string(), precision: z.number().optional(), scale: z.number().optional() }),
});

/**
 * A statement that changed the catalog, as the command topic keeps it: everything that was looked up outside (the
 * registry's columns, the topic's partitions) stands in it, so that each instance and each restart comes to the same.
 */
const commandSchema = z.object({
  version: z.literal(1),
  /** `stream/`X`/create` */
  id: z.string(),
  statement: z.string(),
  properties: z.record(z.string(), z.string()),
  inferred: z.object({ keys: z.array(column).optional(), values: z.array(column).optional() }),
  /** Of the declared source's topic. */
  partitions: z.number().optional(),
  /** Where a query begins to read, per partition of its source; left out: at the beginning. */
  starts: z.array(z.number()).optional(),
});

export interface Command {
  readonly version: 1;
  readonly id: string;
  readonly statement: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly inferred: { readonly keys?: readonly Column[]; readonly values?: readonly Column[] };
  readonly partitions?: number;
  readonly starts?: readonly number[];
}

export function encodeCommand(command: Command): Buffer {
  return Buffer.from(JSON.stringify(command));
}

/** @returns undefined for what is no command of this version. */
export function decodeCommand(bytes: Buffer | null): Command | undefined {
  if (!bytes) return undefined;
  try {
    const { inferred, partitions, starts, ...rest } = commandSchema.parse(JSON.parse(bytes.toString("utf8")));
    const columns = (list: z.output<typeof column>[]): readonly Column[] =>
      list.map(({ name, type }) => ({ name, type: type as SqlType }));
    return {
      ...rest,
      inferred: {
        ...(inferred.keys ? { keys: columns(inferred.keys) } : {}),
        ...(inferred.values ? { values: columns(inferred.values) } : {}),
      },
      ...(partitions === undefined ? {} : { partitions }),
      ...(starts ? { starts } : {}),
    };
  } catch {
    return undefined;
  }
}
