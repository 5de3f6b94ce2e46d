import { type PlacedSpan, spanOf } from "./spans.ts";

/** The registry's header: magic byte and schema id. */
export const REGISTRY_HEADER = 5;

/**
 * The header that the registry's clients write before Avro, annotated.
 *
 * @param schema - what the id's schema is called.
 * @throws {RangeError} there is none.
 */
export function annotateRegistryHeader(bytes: Buffer, schema: string): readonly PlacedSpan[] {
  if (bytes.length < REGISTRY_HEADER || bytes[0] !== 0) throw new RangeError("no magic byte");
  return [
    spanOf(bytes, 0, 1, {
      kind: "frame",
      name: "magic byte",
      value: "0",
      meaning: "Says that the id of a schema follows, as the schema registry's clients write it.",
    }),
    spanOf(bytes, 1, REGISTRY_HEADER, {
      kind: "frame",
      name: "schema id",
      value: String(bytes.readInt32BE(1)),
      meaning: `The registry gives the schema for this id, here ${schema}. Without it the bytes behind could not be read.`,
    }),
  ];
}

/** Marker and fingerprint before Avro where no registry is asked: between agent and gateway. */
export function annotateSingleObjectHeader(bytes: Buffer, at: number, schema: string): readonly PlacedSpan[] {
  return [
    spanOf(bytes, at, at + 2, {
      kind: "frame",
      name: "marker",
      value: bytes.toString("hex", at, at + 2).toUpperCase(),
      meaning: "Avro single-object encoding begins so.",
    }),
    spanOf(bytes, at + 2, at + 10, {
      kind: "frame",
      name: "fingerprint",
      value: bytes.toString("hex", at + 2, at + 10),
      meaning: `CRC-64 of the schema ${schema}: agent and gateway know it without asking a registry.`,
    }),
  ];
}
