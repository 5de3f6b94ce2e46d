import type { Roles } from "../parsed.ts";
import type { FieldType, ProtobufField, ProtobufFile, ProtobufMessage } from "./file.ts";

/** More say nothing new to a person. */
const MOST_DIFFERENCES = 100;

/** Scalars that are read from the same bytes: protobuf.dev, "Updating a message type". */
const ALIKE: Readonly<Record<string, string>> = {
  ...{ int32: "number", int64: "number", uint32: "number", uint64: "number", bool: "number", enum: "number" },
  ...{ sint32: "signed number", sint64: "signed number" },
  ...{ string: "text", bytes: "text" },
  ...{ fixed32: "fixed32", sfixed32: "fixed32", fixed64: "fixed64", sfixed64: "fixed64" },
};

/**
 * Why bytes written with `original` may not be read with `update`; empty: they can. The rules and their names are those of
 * Confluent's registry: fields are told by number, names do not matter, a message may not go.
 *
 * @returns at most 100 sentences.
 */
export function differences(original: ProtobufFile, update: ProtobufFile, roles: Roles): readonly string[] {
  const comparison = new Comparison();
  if (original.package !== update.package) comparison.note("PACKAGE_CHANGED", "");
  comparison.messages(original.messages, update.messages, "");
  return comparison.found.map(
    ({ kind, path }) =>
      `{errorType:"${kind}", description:"${kind.toLowerCase().replaceAll("_", " ")} at #/${path}: what the ${roles.writer} schema wrote may not be read with the ${roles.reader} schema"}`,
  );
}

interface Found {
  readonly kind: string;
  readonly path: string;
}

type Messages = ReadonlyMap<string, ProtobufMessage>;

class Comparison {
  readonly found: Found[] = [];
  readonly #compared = new Map<ProtobufMessage, Set<ProtobufMessage>>();

  note(kind: string, path: string): void {
    if (this.found.length < MOST_DIFFERENCES) this.found.push({ kind, path });
  }

  messages(original: Messages, update: Messages, path: string): void {
    for (const [name, before] of original) {
      const after = update.get(name);
      if (after) this.message(before, after, `${path}${name}`);
      else this.note("MESSAGE_REMOVED", `${path}${name}`);
    }
  }

  /** Each pair once: messages hold each other. */
  message(original: ProtobufMessage, update: ProtobufMessage, path: string): void {
    const compared = this.#compared.get(original) ?? new Set();
    if (compared.has(update)) return;
    this.#compared.set(original, compared.add(update));
    this.#oneOfs(original, update, path);
    for (const [number, before] of original.fields) {
      const after = update.fields.get(number);
      if (after) this.#field(before, after, `${path}/${placeOf(after)}`);
      else this.#removed(before, original, update, path);
    }
    for (const [number, added] of update.fields) {
      if (!original.fields.has(number) && added.label === "required" && added.oneOf === undefined)
        this.note("REQUIRED_FIELD_ADDED", `${path}/${number}`);
    }
    this.messages(original.messages, update.messages, `${path}/`);
  }

  #removed(field: ProtobufField, original: ProtobufMessage, update: ProtobufMessage, path: string): void {
    if (field.oneOf === undefined) {
      if (field.label === "required") this.note("REQUIRED_FIELD_REMOVED", `${path}/${field.number}`);
      return;
    }
    // A whole oneof may go, but not some of its members.
    const goes =
      !oneOfsOf(update).has(field.oneOf) &&
      [...original.fields.values()].every(
        ({ oneOf, number }) => oneOf !== field.oneOf || !update.fields.has(number),
      );
    if (!goes) this.note("ONEOF_FIELD_REMOVED", `${path}/${placeOf(field)}`);
  }

  /** Fields that were free of each other may not exclude each other now. */
  #oneOfs(original: ProtobufMessage, update: ProtobufMessage, path: string): void {
    for (const [name, members] of oneOfsOf(update)) {
      const before = members.flatMap(({ number }) => original.fields.get(number) ?? []);
      const free = before.filter(({ oneOf }) => oneOf === undefined);
      const groups = free.length + new Set(before.flatMap(({ oneOf }) => oneOf ?? [])).size;
      if (groups < 2) continue;
      const kind = free.length > 1 ? "MULTIPLE_FIELDS_MOVED_TO_ONEOF" : "FIELD_MOVED_TO_EXISTING_ONEOF";
      this.note(kind, `${path}/${name}`);
    }
  }

  #field(original: ProtobufField, update: ProtobufField, path: string): void {
    this.#type(original.type, update.type, path);
    const [before, after] = [original.type, update.type];
    if (before.kind !== "scalar" || after.kind !== "scalar") return;
    const labels = original.label && update.label && original.label !== update.label;
    const group = groupOf(before.scalar);
    if (labels && group === groupOf(after.scalar) && group !== "text")
      this.note("FIELD_NUMERIC_LABEL_CHANGED", path);
  }

  #type(original: FieldType, update: FieldType, path: string): void {
    if (original.kind !== update.kind) this.note("FIELD_KIND_CHANGED", path);
    else if (original.kind === "scalar" && update.kind === "scalar") {
      if (groupOf(original.scalar) !== groupOf(update.scalar)) this.note("FIELD_SCALAR_KIND_CHANGED", path);
    } else if (original.kind === "map" && update.kind === "map") {
      this.#type({ kind: "scalar", scalar: original.key }, { kind: "scalar", scalar: update.key }, path);
      this.#type(original.value, update.value, path);
    } else if (original.kind === "message" && update.kind === "message") {
      this.#named(original.message, update.message, path);
    }
  }

  #named(original: ProtobufMessage, update: ProtobufMessage, path: string): void {
    if (original.localName !== update.localName) {
      this.note("FIELD_NAMED_TYPE_CHANGED", path);
      return;
    }
    const before = this.found.length;
    this.message(original, update, original.localName.replaceAll(".", "/"));
    if (this.found.length > before) this.note("FIELD_NAMED_TYPE_CHANGED", path);
  }
}

function groupOf(scalar: string): string {
  return ALIKE[scalar] ?? scalar;
}

function placeOf({ number, oneOf }: ProtobufField): string {
  return oneOf === undefined ? String(number) : `${oneOf}/${number}`;
}

function oneOfsOf({ fields }: ProtobufMessage): ReadonlyMap<string, readonly ProtobufField[]> {
  const members = new Map<string, ProtobufField[]>();
  for (const field of fields.values()) {
    if (field.oneOf === undefined) continue;
    members.set(field.oneOf, [...(members.get(field.oneOf) ?? []), field]);
  }
  return members;
}
