import { AvroCursor } from "../../../../../schemas/avro/avro-cursor.ts";
import { type PlacedSpan, type SpanWords, spanOf } from "./spans.ts";

/** A schema as its JSON has it, as far as it is read here. */
export type AvroSchema =
  | string
  | readonly AvroSchema[]
  | {
      readonly type: AvroSchema;
      readonly name?: string;
      readonly namespace?: string;
      readonly fields?: readonly {
        readonly name: string;
        readonly type: AvroSchema;
        readonly doc?: string;
      }[];
      readonly items?: AvroSchema;
      readonly symbols?: readonly string[];
    };

/** What a field means: by its name, or by what its schema's `doc` says. */
export type FieldMeanings = Readonly<Record<string, string>>;

const ZIGZAG = "A zigzag varint: seven bits a byte, lowest first; the lowest bit of all is the sign.";
const ITEMS_WITHOUT_BYTES = 1000;

/**
 * A value's binary encoding, annotated by its schema.
 *
 * @param at - where in `bytes` it begins; it ends where they end.
 * @throws {CodedError} AVRO_INVALID: the bytes are no such value.
 * @throws {RangeError} the schema has a type that is not read here (map, fixed).
 */
export function annotateAvro(
  bytes: Buffer,
  at: number,
  schema: AvroSchema,
  { root, meanings = {} }: { readonly root: string; readonly meanings?: FieldMeanings },
): readonly PlacedSpan[] {
  const walk = new AvroWalk(bytes, at, meanings);
  walk.value(schema, { name: root, path: "", doc: meanings[root] ?? "" });
  walk.end();
  return walk.spans;
}

interface Field {
  readonly name: string;
  readonly path: string;
  readonly doc: string;
}

class AvroWalk {
  readonly spans: PlacedSpan[] = [];
  readonly #bytes: Buffer;
  readonly #cursor: AvroCursor;
  readonly #meanings: FieldMeanings;
  readonly #named = new Map<string, AvroSchema>();

  constructor(bytes: Buffer, at: number, meanings: FieldMeanings) {
    this.#bytes = bytes;
    this.#cursor = new AvroCursor(bytes, at);
    this.#meanings = meanings;
  }

  end(): void {
    this.#cursor.end();
  }

  value(schema: AvroSchema, field: Field): void {
    if (Array.isArray(schema)) this.#union(schema as readonly AvroSchema[], field);
    else if (typeof schema === "string") this.#primitive(schema, field);
    else this.#complex(schema as Exclude<AvroSchema, string | readonly AvroSchema[]>, field);
  }

  #complex(schema: Exclude<AvroSchema, string | readonly AvroSchema[]>, field: Field): void {
    if (schema.name !== undefined) this.#named.set(schema.name, schema);
    if (schema.type === "record") {
      for (const { name, type, doc } of schema.fields ?? []) {
        const path = field.path === "" ? name : `${field.path}.${name}`;
        this.value(type, { name, path, doc: this.#meanings[name] ?? sentence(doc) });
      }
    } else if (schema.type === "array") this.#array(schema.items ?? "null", field);
    else if (schema.type === "enum") {
      const symbols = schema.symbols ?? [];
      const of = `${symbols.map((symbol, i) => `${i} ${symbol}`).join(", ")}.`;
      this.#noted(field, `${field.doc} An enum is its place in the list: ${of}`, () => {
        const index = this.#cursor.index(symbols.length);
        return `${symbols[index]} (${index})`;
      });
    } else this.value(schema.type, field);
  }

  #primitive(type: string, field: Field): void {
    const cursor = this.#cursor;
    const read = {
      boolean: () => String(cursor.boolean()),
      int: () => String(cursor.int()),
      long: () => String(cursor.long()),
      float: () => String(this.#bytes.readFloatLE(cursor.skip(4))),
      double: () => String(this.#bytes.readDoubleLE(cursor.skip(8))),
    }[type];
    if (read)
      this.#noted(field, type === "int" || type === "long" ? `${field.doc} ${ZIGZAG}` : field.doc, read);
    else if (type === "string" || type === "bytes") this.#sized(type, field);
    else if (type !== "null") {
      const named = this.#named.get(type.slice(type.lastIndexOf(".") + 1));
      if (named === undefined) throw new RangeError(`no annotation for the type ${type}`);
      this.value(named, field);
    }
  }

  #sized(type: "string" | "bytes", field: Field): void {
    let length = 0;
    this.#framed(field, `length of ${field.name}`, "How many bytes follow.", () => {
      length = this.#cursor.long();
      return String(length);
    });
    this.#noted(field, field.doc, () => {
      const from = this.#cursor.skip(length);
      return this.#bytes.toString(type === "string" ? "utf8" : "hex", from, from + length);
    });
  }

  #union(branches: readonly AvroSchema[], field: Field): void {
    let branch = 0;
    const names = branches.map(nameOf).map((name, i) => `${i} ${name}`);
    this.#framed(field, `branch of ${field.name}`, `Which of its types follows: ${names.join(", ")}.`, () => {
      branch = this.#cursor.index(branches.length);
      return `${nameOf(branches[branch] ?? "null")} (${branch})`;
    });
    this.value(branches[branch] ?? "null", field);
  }

  #array(items: AvroSchema, field: Field): void {
    let budget = this.#cursor.remaining + ITEMS_WITHOUT_BYTES;
    for (let index = 0; ; ) {
      let count = 0;
      this.#framed(
        field,
        `count of ${field.name}`,
        "How many items follow in this block; 0 ends the list.",
        () => {
          count = this.#cursor.long();
          return String(count);
        },
      );
      if (count === 0) return;
      if (count < 0)
        this.#framed(field, `size of ${field.name}`, "How many bytes this block has.", () =>
          String(this.#cursor.long()),
        );
      budget -= Math.abs(count);
      // The cursor refuses what the bytes only claim to hold.
      if (budget < 0) this.#cursor.skip(-1);
      for (let i = 0; i < Math.abs(count); i++, index++)
        this.value(items, { ...field, path: `${field.path}[${index}]` });
    }
  }

  #noted(field: Field, meaning: string, read: () => string): void {
    this.#read({ kind: "field", name: field.name, path: field.path, meaning: meaning.trim() }, read);
  }

  #framed(field: Field, name: string, meaning: string, read: () => string): void {
    this.#read({ kind: "frame", name, path: field.path, meaning }, read);
  }

  #read(words: Omit<SpanWords, "value">, read: () => string): void {
    const from = this.#cursor.at;
    const value = read();
    // An empty text has no bytes of its own.
    if (this.#cursor.at > from)
      this.spans.push(spanOf(this.#bytes, from, this.#cursor.at, { ...words, value }));
  }
}

function nameOf(schema: AvroSchema): string {
  if (typeof schema === "string") return schema;
  if (Array.isArray(schema)) return "union";
  const { name, type } = schema as { readonly name?: string; readonly type: AvroSchema };
  return name ?? nameOf(type);
}

function sentence(doc: string | undefined): string {
  return doc === undefined ? "" : `${doc.charAt(0).toUpperCase()}${doc.slice(1)}.`;
}
