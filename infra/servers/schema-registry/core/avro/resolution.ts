import type { Type, types } from "avsc";
import { isArray, isMap, isNamed, isRecord, isUnion, kindOf, nameFits, PROMOTED } from "./kinds.ts";
import { leafProblems, missingBranch, nameMismatch, type Problem, trimmed } from "./problems.ts";
import { hasDefault } from "./unchecked.ts";

/** More say nothing new to a person, and each of many records could repeat those of the records in it. */
const MOST_PROBLEMS = 100;

/**
 * Why data written with `writer` cannot always be read with `reader` (Avro 1.11, "Schema Resolution"); empty: it can.
 *
 * Time is linear in the two schemas: what belongs together is looked up by its name, and each pair of records is looked
 * at once.
 *
 * @returns at most 100 problems.
 */
export function readProblems(reader: Type, writer: Type): readonly Problem[] {
  return new Resolution().check(reader, writer, "/");
}

class Resolution {
  /**
   * Pairs of records under examination or taken to fit, with their places in the order of examination. Types may refer to
   * themselves, so a pair met again while it is examined fits unless something else speaks against it; what was concluded
   * from a pair that then fails is taken back.
   */
  readonly #assumed = new Map<string, number>();
  readonly #order: string[] = [];
  readonly #fit = new Set<string>();
  readonly #unfit = new Map<string, readonly Problem[]>();
  /** The first pair under examination on which the conclusions since then depend. */
  #leansOn = Number.POSITIVE_INFINITY;
  readonly #fields = new WeakMap<Type, ReadonlyMap<string, IndexedField>>();
  readonly #branches = new WeakMap<Type, ReadonlyMap<string, readonly IndexedBranch[]>>();

  check(reader: Type, writer: Type, path: string): readonly Problem[] {
    if (isUnion(writer)) return this.#all(writer.types, (branch) => this.check(reader, branch, path));
    if (isUnion(reader)) return this.#intoUnion(reader, writer, path);
    if (isRecord(reader) && isRecord(writer)) return this.#records(reader, writer, path);
    if (isArray(reader) && isArray(writer))
      return this.check(reader.itemsType, writer.itemsType, `${path}items/`);
    if (isMap(reader) && isMap(writer))
      return this.check(reader.valuesType, writer.valuesType, `${path}values/`);
    return leafProblems(reader, writer, path);
  }

  #all<T>(parts: readonly T[], problemsOf: (part: T, i: number) => readonly Problem[]): readonly Problem[] {
    const problems: Problem[] = [];
    for (const [i, part] of parts.entries()) {
      problems.push(...problemsOf(part, i));
      if (problems.length >= MOST_PROBLEMS) return problems.slice(0, MOST_PROBLEMS);
    }
    return problems;
  }

  #intoUnion(reader: types.WrappedUnionType, writer: Type, path: string): readonly Problem[] {
    let sameName: readonly Problem[] | undefined;
    for (const { branch, i } of this.#candidates(reader, writer)) {
      const before = this.#assumed.size;
      const problems = this.check(branch, writer, `${path}${i}/`);
      if (problems.length === 0) return [];
      this.#takeBack(before);
      if (isNamed(branch) && isNamed(writer) && branch.name === writer.name) sameName = problems;
    }
    return sameName ?? [missingBranch(writer, path)];
  }

  #candidates(reader: types.WrappedUnionType, writer: Type): readonly IndexedBranch[] {
    let index = this.#branches.get(reader);
    if (!index) {
      index = branchIndex(reader);
      this.#branches.set(reader, index);
    }
    return index.get(isNamed(writer) ? (writer.name ?? "") : kindOf(writer)) ?? [];
  }

  #records(reader: types.RecordType, writer: types.RecordType, path: string): readonly Problem[] {
    const pair = `${reader.name}:${writer.name}`;
    if (this.#fit.has(pair)) return [];
    const place = this.#assumed.get(pair);
    if (place !== undefined) {
      this.#leansOn = Math.min(this.#leansOn, place);
      return [];
    }
    const known = this.#unfit.get(pair);
    if (known) return known;
    if (!nameFits(reader, writer)) return [nameMismatch(reader, writer, path)];
    const before = this.#assumed.size;
    const leant = this.#leansOn;
    this.#assumed.set(pair, before);
    this.#order.push(pair);
    this.#leansOn = Number.POSITIVE_INFINITY;
    const problems = this.#all(reader.fields, (field, i) =>
      this.#field(field, writer, `${path}fields/${i}/`),
    );
    if (problems.length > 0) {
      this.#takeBack(before);
      this.#unfit.set(pair, problems);
      this.#leansOn = leant;
      return problems;
    }
    // Nothing in it depends on a pair that is still under examination: the conclusions are final.
    if (this.#leansOn >= before) {
      for (const sure of this.#takeBack(before)) this.#fit.add(sure);
      this.#leansOn = leant;
    } else this.#leansOn = Math.min(leant, this.#leansOn);
    return [];
  }

  /** Forget the assumptions from this place on. */
  #takeBack(place: number): readonly string[] {
    const gone = this.#order.splice(place);
    for (const pair of gone) this.#assumed.delete(pair);
    return gone;
  }

  #field(field: types.Field, writer: types.RecordType, path: string): readonly Problem[] {
    const source = this.#sourceOf(field, writer);
    if (source) return this.check(field.type, source.type, `${path}type/`);
    if (hasDefault(field)) return [];
    return [
      {
        kind: "READER_FIELD_MISSING_DEFAULT_VALUE",
        text: `field "${field.name}" at ${trimmed(path)} of the %reader is missing in the %writer and has no default`,
        detail: field.name,
      },
    ];
  }

  /** The writer's first field that has this field's name or one of its aliases. */
  #sourceOf(field: types.Field, writer: types.RecordType): types.Field | undefined {
    let index = this.#fields.get(writer);
    if (!index) {
      index = new Map(writer.fields.map((candidate, i) => [candidate.name, { field: candidate, i }]));
      this.#fields.set(writer, index);
    }
    let first: IndexedField | undefined;
    for (const name of [field.name, ...field.aliases]) {
      const found = index.get(name);
      if (found && (!first || found.i < first.i)) first = found;
    }
    return first?.field;
  }
}

interface IndexedField {
  readonly field: types.Field;
  readonly i: number;
}

interface IndexedBranch {
  readonly branch: Type;
  readonly i: number;
}

/** A union's branches by what they can read: a named type by its name and aliases, others by the kind of the writer. */
function branchIndex(union: types.WrappedUnionType): ReadonlyMap<string, readonly IndexedBranch[]> {
  const index = new Map<string, IndexedBranch[]>();
  for (const [i, branch] of union.types.entries()) {
    const keys = isNamed(branch)
      ? [branch.name ?? "", ...(branch.aliases ?? [])]
      : [kindOf(branch), ...(PROMOTED[kindOf(branch)] ?? [])];
    for (const key of new Set(keys)) {
      const list = index.get(key);
      if (list) list.push({ branch, i });
      else index.set(key, [{ branch, i }]);
    }
  }
  return index;
}
