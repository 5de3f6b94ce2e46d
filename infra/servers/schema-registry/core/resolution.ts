import avro, { type Type, type types } from "avsc";

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

type Named = types.RecordType | types.EnumType | types.FixedType;

/**
 * Why data written with `writer` cannot always be read with `reader` (Avro 1.11, "Schema Resolution"); empty: it can.
 *
 * avsc's resolvers judge what has no parts; this walk finds the place and names it.
 */
export function readProblems(reader: Type, writer: Type): readonly Problem[] {
  return new Resolution().check(reader, writer, "/");
}

class Resolution {
  /**
   * Pairs of records that are taken to fit: under examination, or found fit. Types may refer to themselves, so a pair
   * met again while it is examined fits unless something else speaks against it; what was concluded from a pair that
   * then fails is taken back.
   */
  readonly #fit: string[] = [];
  readonly #unfit = new Map<string, readonly Problem[]>();

  check(reader: Type, writer: Type, path: string): readonly Problem[] {
    if (isUnion(writer)) return writer.types.flatMap((branch) => this.check(reader, branch, path));
    if (isUnion(reader)) return this.#intoUnion(reader, writer, path);
    if (isRecord(reader) && isRecord(writer)) return this.#records(reader, writer, path);
    if (isArray(reader) && isArray(writer))
      return this.check(reader.itemsType, writer.itemsType, `${path}items/`);
    if (isMap(reader) && isMap(writer))
      return this.check(reader.valuesType, writer.valuesType, `${path}values/`);
    try {
      reader.createResolver(writer);
      return [];
    } catch {
      return [leafProblem(reader, writer, path)];
    }
  }

  #intoUnion(reader: types.WrappedUnionType, writer: Type, path: string): readonly Problem[] {
    let sameName: readonly Problem[] | undefined;
    for (const [i, branch] of reader.types.entries()) {
      const before = this.#fit.length;
      const problems = this.check(branch, writer, `${path}${i}/`);
      if (problems.length === 0) return [];
      this.#fit.length = before;
      if (isNamed(branch) && isNamed(writer) && branch.name === writer.name) sameName = problems;
    }
    return sameName ?? [missingBranch(writer, path)];
  }

  #records(reader: types.RecordType, writer: types.RecordType, path: string): readonly Problem[] {
    const pair = `${reader.name}:${writer.name}`;
    if (this.#fit.includes(pair)) return [];
    const known = this.#unfit.get(pair);
    if (known) return known;
    const before = this.#fit.length;
    this.#fit.push(pair);
    const problems = nameFits(reader, writer)
      ? reader.fields.flatMap((field, i) => this.#field(field, writer, `${path}fields/${i}/`))
      : [nameMismatch(reader, writer, path)];
    if (problems.length > 0) {
      this.#fit.length = before;
      this.#unfit.set(pair, problems);
    }
    return problems;
  }

  #field(field: types.Field, writer: types.RecordType, path: string): readonly Problem[] {
    const names = [field.name, ...field.aliases];
    const source = writer.fields.find((candidate) => names.includes(candidate.name));
    if (source) return this.check(field.type, source.type, `${path}type/`);
    if (field.defaultValue() !== undefined) return [];
    return [
      {
        kind: "READER_FIELD_MISSING_DEFAULT_VALUE",
        text: `field "${field.name}" at ${trimmed(path)} of the %reader is missing in the %writer and has no default`,
        detail: field.name,
      },
    ];
  }
}

function leafProblem(reader: Type, writer: Type, path: string): Problem {
  if (isEnum(reader) && isEnum(writer)) {
    if (!nameFits(reader, writer)) return nameMismatch(reader, writer, path);
    const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol)).join(", ");
    return {
      kind: "MISSING_ENUM_SYMBOLS",
      text: `enum ${reader.name} at ${trimmed(path)} of the %reader lacks the symbols ${missing} of the %writer and has no default`,
      detail: missing,
    };
  }
  if (isFixed(reader) && isFixed(writer)) {
    if (!nameFits(reader, writer)) return nameMismatch(reader, writer, path);
    return {
      kind: "FIXED_SIZE_MISMATCH",
      text: `fixed ${reader.name} at ${trimmed(path)} has ${reader.size} bytes in the %reader and ${writer.size} in the %writer`,
      detail: `${reader.size}, ${writer.size}`,
    };
  }
  return {
    kind: "TYPE_MISMATCH",
    text: `at ${trimmed(path)} the %reader has ${label(reader)}, which cannot be read from ${label(writer)} of the %writer`,
    detail: `${label(reader)}, ${label(writer)}`,
  };
}

function nameMismatch(reader: Named, writer: Named, path: string): Problem {
  return {
    kind: "NAME_MISMATCH",
    text: `at ${trimmed(path)} the %reader has the name ${reader.name}, the %writer ${writer.name}, and no alias joins them`,
    detail: `${reader.name}, ${writer.name}`,
  };
}

function missingBranch(writer: Type, path: string): Problem {
  return {
    kind: "MISSING_UNION_BRANCH",
    text: `the union at ${trimmed(path)} of the %reader has no branch for ${label(writer)} of the %writer`,
    detail: label(writer),
  };
}

function nameFits(reader: Named, writer: Named): boolean {
  return reader.name === writer.name || (reader.aliases ?? []).includes(writer.name ?? "");
}

function label(type: Type): string {
  return isNamed(type)
    ? `${type.typeName} ${type.name}`
    : type.typeName.replace("abstract:", "").replace("union:wrapped", "union");
}

function trimmed(path: string): string {
  return path === "/" ? path : path.slice(0, -1);
}

function isUnion(type: Type): type is types.WrappedUnionType {
  return avro.Type.isType(type, "union");
}

function isRecord(type: Type): type is types.RecordType {
  return avro.Type.isType(type, "record", "error");
}

function isArray(type: Type): type is types.ArrayType {
  return avro.Type.isType(type, "array");
}

function isMap(type: Type): type is types.MapType {
  return avro.Type.isType(type, "map");
}

function isEnum(type: Type): type is types.EnumType {
  return avro.Type.isType(type, "enum");
}

function isFixed(type: Type): type is types.FixedType {
  return avro.Type.isType(type, "fixed");
}

function isNamed(type: Type): type is Named {
  return isRecord(type) || isEnum(type) || isFixed(type);
}
