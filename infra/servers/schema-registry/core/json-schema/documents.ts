import { isJsonArray, isJsonObject, type Json, parseJson } from "../../../../runtime/json/lossless.ts";
import type { ResolvedReference } from "../parsed.ts";

/** Where `$ref` leads: into the schema itself, into those it names in its references, and to what has an id of its own. */
export class Documents {
  /** By name, by `$id`, and by both with `#anchor`. */
  readonly #places = new Map<string, Json>();
  /** What a whole document calls itself, and the name that it is given here. */
  readonly #names = new Map<string, string>();
  readonly root: Json;

  constructor(text: string, references: readonly ResolvedReference[]) {
    this.root = parseJson(text);
    for (const { name, schema } of references) this.#take(parseJson(schema), name);
    this.#take(this.root, "");
  }

  /**
   * @param base - the name or id of the document that says it.
   * @returns the schema and the document it stands in; undefined: there is none.
   */
  find(reference: string, base: string): { readonly json: Json; readonly base: string } | undefined {
    const hash = reference.indexOf("#");
    const name = hash < 0 ? reference : reference.slice(0, hash);
    const fragment = hash < 0 ? "" : reference.slice(hash + 1);
    for (const called of name === "" ? [base] : [name, joined(name, base)]) {
      const candidate = this.#names.get(called) ?? called;
      const document = this.#places.get(candidate);
      if (document === undefined) continue;
      const json =
        fragment === "" || fragment.startsWith("/")
          ? pointed(document, fragment)
          : this.#places.get(`${candidate}#${fragment}`);
      if (json !== undefined) return { json, base: candidate };
    }
    return undefined;
  }

  #take(document: Json, name: string): void {
    this.#places.set(name, document);
    const id = isJsonObject(document) ? idOf(document) : undefined;
    if (id !== undefined) this.#names.set(id.replace(/#$/, ""), name);
    this.#index(document, name, document);
  }

  #index(json: Json, base: string, document: Json): void {
    if (isJsonArray(json)) for (const item of json) this.#index(item, base, document);
    if (!isJsonObject(json)) return;
    const id = json === document ? undefined : idOf(json);
    const inner = id === undefined || id.startsWith("#") ? base : joined(id.replace(/#$/, ""), base);
    if (id !== undefined) this.#places.set(id.startsWith("#") ? base + id : inner, json);
    for (const name of ["$anchor", "$dynamicAnchor"]) {
      const anchor = json.get(name);
      if (typeof anchor === "string") this.#places.set(`${inner}#${anchor}`, json);
    }
    for (const member of json.values()) this.#index(member, inner, document);
  }
}

/** Draft 4 calls it `id`, which may as well be a property's name. */
function idOf(schema: ReadonlyMap<string, Json>): string | undefined {
  const id = schema.get("$id") ?? schema.get("id");
  return typeof id === "string" ? id : undefined;
}

function joined(name: string, base: string): string {
  try {
    return new URL(name, base).href;
  } catch {
    return name;
  }
}

/** RFC 6901. */
function pointed(document: Json, pointer: string): Json | undefined {
  let at: Json | undefined = document;
  for (const step of pointer.split("/").slice(1)) {
    const key = unescaped(step);
    if (isJsonObject(at)) at = at.get(key);
    else if (isJsonArray(at)) at = at[Number(key)];
    else return undefined;
  }
  return at;
}

function unescaped(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return step;
  }
}
