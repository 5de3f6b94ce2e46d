import { schemaJson } from "../../../infra/runtime/avro/contracts.ts";
import { holdsExactly } from "../../../infra/runtime/avro/exact.ts";
import { parseAvroSchema } from "../../../infra/runtime/avro/type.ts";
import { RestError } from "../../../infra/runtime/http/errors.ts";
import { objections } from "../../../infra/servers/schema-registry/core/compatibility.ts";
import type { SchemaType } from "../../../infra/servers/schema-registry/core/content.ts";
import { parseText } from "../../../infra/servers/schema-registry/core/parsing.ts";
import { fromLogEntry } from "../../../infra/servers/schema-registry/core/records.ts";
import { parseBody } from "../../../infra/servers/schema-registry/http/request.ts";
import { SCHEMA_NAMES } from "../../../schemas/avro/names.ts";
import { refusing, type Target } from "../target.ts";
import { repeated, texts } from "./texts.ts";

const own = SCHEMA_NAMES.map((name) => JSON.stringify(schemaJson(name)));
const record = (fields: string): string => `{"type":"record","name":"R","fields":[${fields}]}`;
const field = (name: string, type: string, rest = ""): string => `{"name":"${name}","type":${type}${rest}}`;
const awkward = [
  record(field("next", '["null","R"]', ',"default":null')),
  record(
    `${field("e", '{"type":"enum","name":"E","symbols":["A","B"],"default":"A"}')},${field("f", '{"type":"fixed","name":"F","size":4}')}`,
  ),
  '{"type":"map","values":{"type":"array","items":["null","int",{"type":"record","name":"n.S","aliases":["T"],"fields":[]}]}}',
];
const MAX_BODY = 4 * 1024 * 1024;

/** Two schemas, a line each: may the second follow the first? */
function pair(first: string, second: string): Buffer {
  return Buffer.from(`${first}\n${second}`);
}

export const registry: Target = {
  name: "registry",
  about: "two schemas of one subject: parsed, made canonical, compared",
  maxBytes: MAX_BODY,
  corpus: [...own, ...awkward].map((schema, i, all) => pair(schema, all[(i + 1) % all.length] ?? schema)),
  families: {
    "n fields": (n) => both(record(repeated(n, (i) => field(`f${i}`, '"int"')))),
    "n fields, in the opposite order": (n) =>
      pair(
        record(repeated(n, (i) => field(`f${i}`, '"int"'))),
        record(repeated(n, (i) => field(`f${n - i}`, '"int"', ',"default":0'))),
      ),
    "n fields that are missing": (n) => pair(record(""), record(repeated(n, (i) => field(`f${i}`, '"int"')))),
    "n records": (n) => both(record(repeated(n, (i) => field(`f${i}`, recordNamed(`S${i}`))))),
    "n records in each other": (n) => both(nested(Math.min(n, 300))),
    "n branches of a union": (n) => both(`[${repeated(n, (i) => recordNamed(`S${i}`))}]`),
    "n branches, in the opposite order": (n) =>
      pair(
        `[${repeated(n, (i) => recordNamed(`S${i}`))}]`,
        `[${repeated(n, (i) => recordNamed(`S${n - i}`))}]`,
      ),
    "n branches that are missing": (n) =>
      pair(`[${repeated(n, (i) => recordNamed(`S${i}`))}]`, `[${repeated(n, (i) => recordNamed(`T${i}`))}]`),
    "n symbols": (n) => both(enumOf(n, "A")),
    "n symbols that are missing": (n) => pair(enumOf(n, "A"), enumOf(n, "B")),
    "n aliases": (n) => both(record(field("a", '"int"', `,"aliases":[${repeated(n, (i) => `"b${i}"`)}]`))),
    "n fields of n aliases each, by root": (n) => {
      const root = Math.ceil(Math.sqrt(n));
      const names = (i: number): string =>
        `,"aliases":[${repeated(root, (k) => `"b${i}_${k}"`)}],"default":0`;
      return pair(
        record(repeated(root, (i) => field(`c${i}`, '"int"'))),
        record(repeated(root, (i) => field(`a${i}`, '"int"', names(i)))),
      );
    },
    "a chain of unions": (n) => both(chain(n)),
  },
  take: (input) =>
    refusing(
      () => {
        const [first = "", second = ""] = input.toString().split("\n");
        compare("AVRO", first, second);
      },
      (error) => error instanceof RestError,
    ),
};

function compare(type: SchemaType, first: string, second: string): void {
  const earlier = parseText(type, first, [], false);
  const parsed = parseText(type, second, [], true);
  objections({ parsed }, [{ version: 1, parsed: () => earlier }], { compatibilityLevel: "FULL" });
}

const jsonObject = (properties: string): string => `{"type":"object","properties":{${properties}}}`;

export const jsonSchemas: Target = {
  name: "json-schemas",
  about: "two JSON Schemas of one subject: parsed, made canonical, compared",
  maxBytes: MAX_BODY,
  corpus: [
    pair(jsonObject('"a":{"type":"string","maxLength":3}'), jsonObject('"a":{"type":["string","null"]}')),
    pair(
      '{"definitions":{"n":{"type":"object","properties":{"next":{"$ref":"#/definitions/n"}}}},"$ref":"#/definitions/n"}',
      '{"oneOf":[{"type":"integer","multipleOf":0.5},{"const":1},{"not":{"enum":[1,"a"]}}]}',
    ),
    pair(
      '{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[true,false],"items":{"type":"null"}}',
      '{"patternProperties":{"^a+$":{}},"dependencies":{"a":["b"],"c":{"minProperties":1}},"additionalProperties":false}',
    ),
  ],
  families: {
    "n properties": (n) => both(jsonObject(repeated(n, (i) => `"p${i}":{"type":"string"}`))),
    "n properties that are new": (n) =>
      pair(jsonObject(""), jsonObject(repeated(n, (i) => `"p${i}":{"type":"string"}`))),
    "n values": (n) => both(`{"enum":[${repeated(n, String)}]}`),
    "n definitions in a chain": (n) =>
      both(
        `{"definitions":{${repeated(n, (i) => `"d${i}":{"properties":{"a":{"$ref":"#/definitions/d${(i + 1) % n}"}}}`)}},"$ref":"#/definitions/d0"}`,
      ),
  },
  take: (input) =>
    refusing(
      () => {
        const [first = "", second = ""] = input.toString().split("\n");
        compare("JSON", first, second);
      },
      (error) => error instanceof RestError,
    ),
};

const message = (body: string): string => `syntax = "proto3"; package a; message M { ${body} }`;

export const protobufSchemas: Target = {
  name: "protobuf-schemas",
  about: "two Protobuf schemas of one subject: parsed, laid out, compared",
  maxBytes: MAX_BODY,
  corpus: [
    pair(message("string a = 1; oneof o { int32 b = 2; }"), message("bytes a = 1; int32 b = 2;")),
    pair(
      message("map<string, M> m = 1; enum E { X = 0; } E e = 2;"),
      message("repeated M m = 1 [deprecated = true];"),
    ),
    pair(
      'syntax = "proto2"; import "google/protobuf/timestamp.proto"; message T { required google.protobuf.Timestamp t = 1; }',
      'syntax = "proto3"; option java_package = "x"; service S { rpc G(T) returns (stream T); } message T {}',
    ),
  ],
  families: {
    "n fields more than a message may have": (n) =>
      both(message(repeated(1_000 + n, (i) => `string f${i} = ${i + 1};`).replaceAll(",", " "))),
    // The parser's time grows with the square of a message's fields, up to the most that one may have.
    "n messages of a hundred fields": (n) => {
      const fields = repeated(100, (i) => `string f${i} = ${i + 1};`).replaceAll(",", " ");
      return both(message(repeated(n, (i) => `message N${i} { ${fields} }`).replaceAll(",", " ")));
    },
    "n blanks": (n) => both(message(" ".repeat(n))),
    "n quotes": (n) => both(message('"'.repeat(n))),
  },
  take: (input) =>
    refusing(
      () => {
        const [first = "", second = ""] = input.toString().split("\n");
        compare("PROTOBUF", first, second);
      },
      (error) => error instanceof RestError,
    ),
};

function both(schema: string): Buffer {
  return pair(schema, schema);
}

function recordNamed(name: string): string {
  return `{"type":"record","name":"${name}","fields":[{"name":"a","type":"int"}]}`;
}

function enumOf(n: number, letter: string): string {
  return `{"type":"enum","name":"E","symbols":[${repeated(n, (i) => `"${letter}${i}"`)}]}`;
}

function nested(n: number): string {
  let schema = '"int"';
  for (let i = 0; i < n; i++) schema = `{"type":"record","name":"N${i}","fields":[${field("a", schema)}]}`;
  return schema;
}

/** Each record has two fields of the type of the next: 2^n ways through it. */
function chain(n: number): string {
  const depth = Math.min(n, 200);
  let schema = '"int"';
  for (let i = 0; i < depth; i++) {
    const name = i === 0 ? '"int"' : `"C${i - 1}"`;
    schema = `{"type":"record","name":"C${i}","fields":[${field("a", `["null",${schema}]`)},${field("b", `["null",${name}]`)}]}`;
  }
  return schema;
}

export const registryRequests: Target = {
  name: "registry-requests",
  about: "bodies that the registry is sent, and records of its topic",
  maxBytes: MAX_BODY,
  corpus: texts(
    JSON.stringify({ schema: own[0], schemaType: "AVRO", references: [] }),
    '{"keytype":"SCHEMA","subject":"a","version":1,"magic":1}',
    '{"subject":"a","version":1,"id":1,"schema":"\\"int\\"","deleted":false}',
    '{"keytype":"CONFIG","subject":null,"magic":0}',
  ),
  take: (input) => {
    fromLogEntry({ key: input, value: input });
    return refusing(
      () => parseBody(input.toString()),
      (error) => error instanceof RestError,
    );
  },
};

const VALUE_TYPES = [
  '{"type":"array","items":"null"}',
  '{"type":"map","values":"null"}',
  '{"type":"array","items":{"type":"record","name":"E","fields":[]}}',
  '{"type":"array","items":{"type":"array","items":"null"}}',
  '{"type":"array","items":{"type":"fixed","name":"Z","size":0}}',
  record(
    `${field("u", '["null","int","string"]')},${field("m", '{"type":"map","values":"bytes"}')},${field("d", '"double"')}`,
  ),
  record(field("next", '["null","R"]')),
].map((text) => parseAvroSchema(text).type);

/** The first byte chooses the schema. */
export const avroValues: Target = {
  name: "avro-values",
  about: "bytes that claim to be values of an Avro schema",
  maxBytes: 1024 * 1024,
  corpus: [
    ...VALUE_TYPES.map((_, i) => Buffer.from([i, 4, 0, 0, 0])),
    Buffer.from("05020206610264000000000000f03f", "hex"),
    Buffer.from("0080ade20400", "hex"),
  ],
  families: {
    "n nested records": (n) => Buffer.concat([Buffer.from([6]), Buffer.alloc(n, 2), Buffer.from([0])]),
    "n arrays in an array": (n) => Buffer.concat([Buffer.from([3]), varint(n), Buffer.alloc(n + 1)]),
    "n blocks of nulls": (n) => Buffer.concat([Buffer.from([0]), Buffer.alloc(n, 2), Buffer.from([0])]),
    "n blocks of n nulls": (n) =>
      Buffer.concat([Buffer.from([0]), ...Array.from({ length: n }, () => varint(n)), Buffer.from([0])]),
    "n arrays of n nulls": (n) =>
      Buffer.concat([
        ...[Buffer.from([3]), varint(n)],
        ...Array.from({ length: n }, () => Buffer.concat([varint(n), Buffer.from([0])])),
        Buffer.from([0]),
      ]),
  },
  take: (input) => {
    const type = VALUE_TYPES[(input[0] ?? 0) % VALUE_TYPES.length];
    const body = input.subarray(1);
    if (!type || !holdsExactly(type, body)) return false;
    type.fromBuffer(body);
    return true;
  },
};

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value * 2; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
