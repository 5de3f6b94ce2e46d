import { expect, test } from "vitest";
import { CodedError } from "../../../schemas/errors.ts";
import { parseAvroSchema } from "./type.ts";

const record = (...fields: string[]): string => `{"type":"record","name":"R","fields":[${fields.join(",")}]}`;

test.each([
  '"int"',
  '["null","string"]',
  '{"type":"long","logicalType":"timestamp-millis"}',
  record(),
  record('{"name":"a","type":"long","default":9223372036854775807}'),
  record('{"name":"a","type":["null","R"],"default":null}'),
  record('{"name":"a","type":{"type":"array","items":"long"},"default":[1,2]}'),
  record('{"name":"a","type":"bytes","default":"\\u00ff"}'),
  '{"type":"enum","name":"E","symbols":["A"],"default":"A"}',
])("a schema: %s", (text) => {
  expect(() => parseAvroSchema(text)).not.toThrow();
});

test.each([
  ["", /not JSON/],
  ["int", /not JSON/],
  ["{}", /unknown type/],
  ["null", /invalid type/],
  ['"nope"', /nope/],
  ['"constructor"', /undefined type name: constructor/],
  ['{"type":"toString"}', /undefined type name: toString/],
  [record('{"name":"a","type":"constructor"}'), /undefined type name: constructor/],
  ["[]", /empty union/],
  ['[["null"]]', /nested/],
  ['["int","int"]', /duplicate/],
  ['{"type":"record","fields":[]}', /a record has no name/],
  ['{"type":"record","name":"R"}', /fields/],
  [record('{"name":"a"}'), /field a of R has no type/],
  [record("5"), /no object/],
  [record('{"name":"a-b","type":"int"}'), /a-b/],
  [record('{"name":"a","type":"int"}', '{"name":"a","type":"int"}'), /duplicate/],
  [record('{"name":"a","type":"int","default":2147483648}'), /default/],
  [record('{"name":"a","type":"long","default":9223372036854775808}'), /default/],
  [record('{"name":"a","type":["null","int"],"default":1}'), /default/],
  ['{"type":"enum","name":"E","symbols":["A","A"]}', /duplicate/],
  ['{"type":"enum","name":"E","symbols":["A"],"default":"B"}', /default/],
])("no schema: %s", (text, problem) => {
  expect(() => parseAvroSchema(text)).toThrow(CodedError);
  expect(() => parseAvroSchema(text)).toThrow(problem);
});

test("a long keeps 64 bits", () => {
  const { type } = parseAvroSchema('"long"');
  expect(type.fromBuffer(type.toBuffer(9223372036854775807n))).toBe(9223372036854775807n);
});
