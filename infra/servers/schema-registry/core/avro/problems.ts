import type { Type } from "avsc";
import { isEnum, isFixed, isNamed, kindOf, type NamedType, nameFits, PROMOTED } from "./kinds.ts";

export type ProblemKind =
  | "TYPE_MISMATCH"
  | "NAME_MISMATCH"
  | "FIXED_SIZE_MISMATCH"
  | "MISSING_ENUM_SYMBOLS"
  | "READER_FIELD_MISSING_DEFAULT_VALUE"
  | "MISSING_UNION_BRANCH";

/** One reason why a reader cannot read what a writer wrote; the kinds are those of Java's SchemaCompatibility. */
export interface Problem {
  readonly kind: ProblemKind;
  /** With `%reader` and `%writer` where the two schemas' roles are to be named. */
  readonly text: string;
  /** The field, symbols, names or types that the problem is about. */
  readonly detail: string;
}

/** What has no parts: primitives, enums, fixed, and kinds that do not belong together. */
export function leafProblems(reader: Type, writer: Type, path: string): readonly Problem[] {
  if (isEnum(reader) && isEnum(writer)) {
    if (!nameFits(reader, writer)) return [nameMismatch(reader, writer, path)];
    const known = new Set(reader.symbols);
    const missing = writer.symbols.filter((symbol) => !known.has(symbol)).join(", ");
    if (missing === "" || (reader as { readonly default?: string }).default !== undefined) return [];
    return [
      {
        kind: "MISSING_ENUM_SYMBOLS",
        text: `enum ${reader.name} at ${trimmed(path)} of the %reader lacks the symbols ${missing} of the %writer and has no default`,
        detail: missing,
      },
    ];
  }
  if (isFixed(reader) && isFixed(writer)) {
    if (!nameFits(reader, writer)) return [nameMismatch(reader, writer, path)];
    if (reader.size === writer.size) return [];
    return [
      {
        kind: "FIXED_SIZE_MISMATCH",
        text: `fixed ${reader.name} at ${trimmed(path)} has ${reader.size} bytes in the %reader and ${writer.size} in the %writer`,
        detail: `${reader.size}, ${writer.size}`,
      },
    ];
  }
  const [wanted, given] = [kindOf(reader), kindOf(writer)];
  const alike = !isNamed(reader) && !isNamed(writer) && wanted === given;
  if (alike || PROMOTED[wanted]?.includes(given)) return [];
  return [
    {
      kind: "TYPE_MISMATCH",
      text: `at ${trimmed(path)} the %reader has ${label(reader)}, which cannot be read from ${label(writer)} of the %writer`,
      detail: `${label(reader)}, ${label(writer)}`,
    },
  ];
}

export function nameMismatch(reader: NamedType, writer: NamedType, path: string): Problem {
  return {
    kind: "NAME_MISMATCH",
    text: `at ${trimmed(path)} the %reader has the name ${reader.name}, the %writer ${writer.name}, and no alias joins them`,
    detail: `${reader.name}, ${writer.name}`,
  };
}

export function missingBranch(writer: Type, path: string): Problem {
  return {
    kind: "MISSING_UNION_BRANCH",
    text: `the union at ${trimmed(path)} of the %reader has no branch for ${label(writer)} of the %writer`,
    detail: label(writer),
  };
}

function label(type: Type): string {
  return isNamed(type)
    ? `${type.typeName} ${type.name}`
    : type.typeName.replace("abstract:", "").replace("union:wrapped", "union");
}

export function trimmed(path: string): string {
  return path === "/" ? path : path.slice(0, -1);
}
