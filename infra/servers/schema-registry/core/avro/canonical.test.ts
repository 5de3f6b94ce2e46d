import { describe, expect, test } from "vitest";
import { SCHEMA_NAMES } from "../../../../../schemas/avro/names.ts";
import { schemaJson } from "../../../../runtime/avro/contracts.ts";
import { parseAvroSchema } from "../../../../runtime/avro/type.ts";
import { parseJson } from "../../../../runtime/json/lossless.ts";
import { canonicalText, normalizedText } from "./canonical.ts";

const canonical = (text: string): string => canonicalText(parseJson(text));
const record = (field: string): string => `{"type":"record","name":"R","fields":[${field}]}`;

test.each([
  ["blanks", ' { "type" : "string" } ', '"string"'],
  [
    "the order of attributes",
    '{"fields":[{"type":"int","name":"a"}],"name":"R","type":"record"}',
    record('{"name":"a","type":"int"}'),
  ],
  [
    "where the namespace stands",
    '{"type":"record","name":"x.y.R","fields":[]}',
    '{"type":"record","namespace":"x.y","name":"R","fields":[]}',
  ],
  [
    "a reference's full name",
    '{"type":"record","name":"x.R","fields":[{"name":"a","type":["null","x.R"]}]}',
    '{"type":"record","name":"x.R","fields":[{"name":"a","type":["null","R"]}]}',
  ],
  [
    "ascending order, empty aliases",
    record('{"name":"a","type":"int","order":"ascending","aliases":[]}'),
    record('{"name":"a","type":"int"}'),
  ],
])("%s makes no other schema", (_, one, other) => {
  expect(canonical(one)).toBe(canonical(other));
});

describe.each([
  [
    "the order inside a default",
    record('{"name":"a","type":{"type":"map","values":"int"},"default":{"y":1,"x":2}}'),
    record('{"name":"a","type":{"type":"map","values":"int"},"default":{"x":2,"y":1}}'),
  ],
  [
    "the order of own attributes",
    '{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}',
    '{"scale":2,"precision":4,"type":"bytes","logicalType":"decimal"}',
  ],
])("%s", (_, one, other) => {
  test("makes another schema, as in Java", () => expect(canonical(one)).not.toBe(canonical(other)));
  test("makes none once it is normalized", () => {
    expect(normalizedText(parseJson(one))).toBe(normalizedText(parseJson(other)));
  });
});

test("attributes of one's own stay as they are given", () => {
  const text = '{"type":"bytes","scale":2,"logicalType":"decimal","connect":{"b":1,"a":2},"precision":4}';
  expect(canonical(text)).toBe(text);
});

test.each([
  ["a doc", record('{"name":"a","type":"int","doc":"x"}'), record('{"name":"a","type":"int"}')],
  ["an alias", record('{"name":"a","type":"int","aliases":["b"]}'), record('{"name":"a","type":"int"}')],
  ["a default", record('{"name":"a","type":"int","default":1}'), record('{"name":"a","type":"int"}')],
  [
    "another default beyond 2^53",
    record('{"name":"a","type":"long","default":9007199254740993}'),
    record('{"name":"a","type":"long","default":9007199254740992}'),
  ],
  [
    "the order of fields",
    record('{"name":"a","type":"int"},{"name":"b","type":"int"}'),
    record('{"name":"b","type":"int"},{"name":"a","type":"int"}'),
  ],
  ["the order of branches", '["null","int"]', '["int","null"]'],
  ["a logical type", '{"type":"long","logicalType":"timestamp-millis"}', '"long"'],
  ["a namespace", '{"type":"record","name":"x.R","fields":[]}', '{"type":"record","name":"R","fields":[]}'],
  [
    "a record's alias",
    '{"type":"record","name":"R","aliases":["S"],"fields":[]}',
    '{"type":"record","name":"R","fields":[]}',
  ],
  [
    "an enum's default",
    '{"type":"enum","name":"E","symbols":["A"],"default":"A"}',
    '{"type":"enum","name":"E","symbols":["A"]}',
  ],
])("%s makes another schema", (_, one, other) => {
  expect(canonical(one)).not.toBe(canonical(other));
});

test("the text is what Java's Schema.toString() gives", () => {
  expect(
    canonical(
      '{"doc":"d","namespace":"a.b","aliases":["a.b.Old","c.Older"],"name":"R","type":"record","fields":[' +
        '{"default":null,"name":"x","type":["null",{"type":"enum","name":"a.b.E","symbols":["P"]}],"doc":"f"},' +
        '{"name":"y","type":{"name":"c.F","type":"fixed","size":2}},{"name":"z","type":"c.F"}]}',
    ),
  ).toBe(
    '{"type":"record","name":"R","namespace":"a.b","doc":"d","fields":[' +
      '{"name":"x","type":["null",{"type":"enum","name":"E","symbols":["P"]}],"doc":"f","default":null},' +
      '{"name":"y","type":{"type":"fixed","name":"F","namespace":"c","size":2}},{"name":"z","type":"c.F"}],' +
      '"aliases":["Old","c.Older"]}',
  );
});

test("the canonical text is its own canonical text and compiles to the same type, for every schema of the project", () => {
  for (const name of SCHEMA_NAMES) {
    const source = JSON.stringify(schemaJson(name));
    const once = canonical(source);
    expect(canonical(once)).toBe(once);
    expect(parseAvroSchema(once).type.equals(parseAvroSchema(source).type)).toBe(true);
  }
});
