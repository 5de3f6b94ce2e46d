import { isJsonArray, isJsonObject, type Json, writeJson } from "../../../../runtime/json/lossless.ts";
import type { ResolvedReference } from "../parsed.ts";
import { Documents } from "./documents.ts";
import { listAt, namesOf, type SchemaObject, type SchemaPlace, schemaAt, textAt } from "./keywords.ts";
import { type Criterion, type Node, type ReferenceNode, resolvedNode } from "./node.ts";
import { KEYWORDS_OF, readTyped, type TypeName } from "./typed.ts";

const CRITERIA: readonly Criterion[] = ["allOf", "anyOf", "oneOf"];
const TYPES: readonly string[] = ["string", "number", "integer", "boolean", "null", "object", "array"];
/** What a schema without `type` may say of values of one type. */
const GUESSED: readonly TypeName[] = ["array", "object", "number", "string"];
const MODERN = /2019-09|2020-12/;

/**
 * @param references - each by the name that a `$ref` calls it by.
 * @throws {Error} that says what is wrong, and where.
 */
export function readJsonSchema(text: string, references: readonly ResolvedReference[]): Node {
  const documents = new Documents(text, references);
  const { root } = documents;
  const dialect = isJsonObject(root) ? root.get("$schema") : undefined;
  const reader = new Reader(documents, typeof dialect === "string" && MODERN.test(dialect));
  const node = reader.read({ json: root, path: "#" }, "");
  reader.follow();
  return node;
}

class Reader {
  readonly #documents: Documents;
  readonly #modern: boolean;
  readonly #known = new Map<Json, Node>();
  readonly #open: { readonly node: ReferenceNode; readonly place: SchemaPlace; readonly base: string }[] = [];

  constructor(documents: Documents, modern: boolean) {
    this.#documents = documents;
    this.#modern = modern;
  }

  read({ json, path }: SchemaPlace, base: string): Node {
    if (json === true) return { kind: "any" };
    if (json === false) return { kind: "nothing" };
    if (!isJsonObject(json)) throw new Error(`the schema at ${path} is neither an object nor true or false`);
    const known = this.#known.get(json);
    if (known) return known;
    const node = this.#object({ members: json, path }, base);
    this.#known.set(json, node);
    return node;
  }

  /** Read what references lead to, and what those lead to. */
  follow(): void {
    const followed: ReferenceNode[] = [];
    for (let next = this.#open.pop(); next; next = this.#open.pop()) {
      next.node.target = this.read(next.place, next.base);
      followed.push(next.node);
    }
    for (const node of followed) resolvedNode(node);
  }

  #object(object: SchemaObject, base: string): Node {
    const { members, path } = object;
    const reference = textAt(object, "$ref");
    if (reference !== undefined) {
      const leads = this.#reference(reference, path, base);
      const rest = new Map([...members].filter(([name]) => name !== "$ref"));
      // Before 2019-09 what stands beside a reference says nothing.
      if (!this.#modern) return leads;
      const beside = this.#parts({ members: rest, path }, base);
      return beside.length === 0
        ? leads
        : { kind: "combined", criterion: "allOf", parts: [leads, ...beside] };
    }
    const parts = this.#parts(object, base);
    const [only] = parts;
    const node: Node =
      parts.length > 1 ? { kind: "combined", criterion: "allOf", parts } : (only ?? { kind: "any" });
    const connectType = members.get("connect.type");
    return {
      ...node,
      text: writeJson(members),
      ...(members.has("default") ? { hasDefault: true } : {}),
      ...(typeof connectType === "string" ? { connectType } : {}),
    };
  }

  #reference(reference: string, path: string, base: string): Node {
    const found = this.#documents.find(reference, base);
    if (!found)
      throw new Error(
        `$ref "${reference}" at ${path} leads nowhere: define it in the schema, or name it in the references`,
      );
    const node: ReferenceNode = { kind: "reference", target: undefined };
    this.#open.push({ node, place: { json: found.json, path: reference }, base: found.base });
    return node;
  }

  /** Each assertion by itself; all of them hold. */
  #parts(object: SchemaObject, base: string): Node[] {
    const { members, path } = object;
    const inner = (place: SchemaPlace): Node => this.read(place, base);
    const parts: Node[] = [];
    const values = members.get("enum");
    if (values !== undefined) {
      if (!isJsonArray(values)) throw new Error(`enum at ${path} is no list`);
      parts.push({ kind: "enum", values: new Set(values.map(writeSorted)), constant: false });
    }
    for (const criterion of CRITERIA) {
      if (!members.has(criterion)) continue;
      parts.push({ kind: "combined", criterion, parts: listAt(object, criterion).map(inner) });
    }
    const not = schemaAt(object, "not");
    if (not) parts.push({ kind: "not", inner: inner(not) });
    const constant = members.get("const");
    if (constant !== undefined)
      parts.push({ kind: "enum", values: new Set([writeSorted(constant)]), constant: true });
    parts.push(...this.#typed(object, inner));
    if (["if", "then", "else"].some((name) => members.has(name))) {
      for (const name of ["if", "then", "else"]) {
        const place = schemaAt(object, name);
        if (place) inner(place);
      }
      parts.push({ kind: "conditional" });
    }
    return parts;
  }

  #typed(object: SchemaObject, inner: (place: SchemaPlace) => Node): Node[] {
    const { members, path } = object;
    const type = members.get("type");
    const names =
      type === undefined ? [] : typeof type === "string" ? [type] : namesOf(type, `type at ${path}`);
    const unknown = names.find((name) => !TYPES.includes(name));
    if (unknown !== undefined)
      throw new Error(`type at ${path} is "${unknown}": known are ${TYPES.join(", ")}`);
    const read = (name: string): Node => readTyped(object, name as TypeName, this.#modern, inner);
    const said: Node[] = isJsonArray(type)
      ? [{ kind: "combined", criterion: "anyOf", parts: names.map(read) }]
      : names.map(read);
    const guessed = GUESSED.filter(
      (name) =>
        !names.some((each) => each === name || (each === "integer" && name === "number")) &&
        KEYWORDS_OF[name].some((keyword) => members.has(keyword)),
    );
    return [...said, ...guessed.map(read)];
  }
}

/** The same text for the same value, however its members are ordered. */
function writeSorted(value: Json): string {
  return writeJson(sorted(value));
}

export function sorted(value: Json): Json {
  if (isJsonArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return new Map([...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, sorted(item)]));
}
