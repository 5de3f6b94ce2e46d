import { describe, expect, test } from "vitest";
import { differences } from "./differences.ts";
import { readFile } from "./file.ts";
import { formatted } from "./format.ts";

const roles = { reader: "new", writer: "old" };
const message = (body: string, version = 3): string =>
  `syntax = "proto${version}"; package a; message M { ${body} }`;
const kinds = (original: string, update: string): string[] =>
  differences(readFile(original, []), readFile(update, []), roles).map(
    (sentence) => /"(\w+)"/.exec(sentence)?.[1] ?? sentence,
  );

test.each<[string, string, string, string[]]>([
  ["names do not matter", "string a = 1;", "string b = 1;", []],
  ["a field more", "", "string a = 1;", []],
  ["a field less", "string a = 1;", "", []],
  ["scalars of the same bytes", "int32 a = 1; string b = 2;", "bool a = 1; bytes b = 2;", []],
  ["scalars of other bytes", "int32 a = 1;", "sint32 a = 1;", ["FIELD_SCALAR_KIND_CHANGED"]],
  ["a scalar becomes a message", "int32 a = 1;", "M a = 1;", ["FIELD_KIND_CHANGED"]],
  [
    "a map's values",
    "map<string, int32> a = 1;",
    "map<string, string> a = 1;",
    ["FIELD_SCALAR_KIND_CHANGED"],
  ],
  ["an enum is a number", "enum E { X = 0; } E a = 1;", "int32 a = 1;", []],
  ["a message less", "message N {}", "", ["MESSAGE_REMOVED"]],
  [
    "another message",
    "message N {} message O {} N a = 1;",
    "message N {} message O {} O a = 1;",
    ["FIELD_NAMED_TYPE_CHANGED"],
  ],
  ["one field into a oneof", "string a = 1;", "oneof o { string a = 1; }", []],
  [
    "two fields into a oneof",
    "string a = 1; string b = 2;",
    "oneof o { string a = 1; string b = 2; }",
    ["MULTIPLE_FIELDS_MOVED_TO_ONEOF"],
  ],
  [
    "a field into a oneof that is there",
    "string a = 1; oneof o { string b = 2; }",
    "oneof o { string a = 1; string b = 2; }",
    ["FIELD_MOVED_TO_EXISTING_ONEOF"],
  ],
  [
    "a oneof's member less",
    "oneof o { string a = 1; string b = 2; }",
    "oneof o { string a = 1; }",
    ["ONEOF_FIELD_REMOVED"],
  ],
  ["a whole oneof less", "oneof o { string a = 1; string b = 2; }", "", []],
  ["numbers that repeat", "optional int32 a = 1;", "repeated int32 a = 1;", ["FIELD_NUMERIC_LABEL_CHANGED"]],
])("%s", (_, original, update, expected) => {
  expect(kinds(message(original), message(update))).toEqual(expected);
});

test("what is required may neither come nor go", () => {
  expect(kinds(message("", 2), message("required int32 a = 1;", 2))).toEqual(["REQUIRED_FIELD_ADDED"]);
  expect(kinds(message("required int32 a = 1;", 2), message("", 2))).toEqual(["REQUIRED_FIELD_REMOVED"]);
});

test("another package", () => {
  expect(kinds(message(""), message("").replace("package a", "package b"))).toEqual(["PACKAGE_CHANGED"]);
});

test("imports come from the references, from Google and from Confluent", () => {
  const text =
    'syntax = "proto3"; import "n.proto"; import "google/protobuf/timestamp.proto"; import "confluent/type/decimal.proto"; message M { n.N a = 1; google.protobuf.Timestamp b = 2; confluent.type.Decimal c = 3; }';
  const other = { name: "n.proto", schema: 'syntax = "proto3"; package n; message N { int32 a = 1; }' };
  const changed = { ...other, schema: other.schema.replace("int32", "string") };
  expect(() => readFile(text, [])).toThrow(/import "n.proto" leads nowhere/);
  expect(differences(readFile(text, [other]), readFile(text, [other]), roles)).toEqual([]);
  expect(differences(readFile(text, [other]), readFile(text, [changed]), roles)).toHaveLength(2);
});

test("blanks and comments make no difference, and what is laid out stays", () => {
  const odd = `syntax="proto3";// c
  message  A{/* x */ repeated int32 xs=2[packed=true,deprecated = false];map<string,.a.B>m=3;; option (o) = { get: "/v1;" };
  rpc Get(A)returns(stream A);}`;
  const laidOut = [
    'syntax = "proto3";',
    "",
    "message A {",
    "  repeated int32 xs = 2 [packed = true, deprecated = false];",
    "  map<string, .a.B> m = 3;",
    '  option (o) = { get: "/v1;" };',
    "  rpc Get(A) returns (stream A);",
    "}",
    "",
  ].join("\n");
  expect(formatted(odd)).toBe(laidOut);
  expect(formatted(laidOut)).toBe(laidOut);
  expect(() => formatted('option a = "b')).toThrow(/does not end/);
  // Blanks before each line: 10,000 levels would be a gigabyte of them.
  expect(() => formatted("message A { ".repeat(33))).toThrow(/deeper than 32/);
});

describe("what would take long is refused at once", () => {
  const fields = (n: number) => Array.from({ length: n }, (_, i) => `string f${i} = ${i + 1};`).join(" ");
  test("a message of very many fields, in a oneof too", () => {
    expect(formatted(message(fields(1000))).split("\n")).toHaveLength(1006);
    expect(() => formatted(message(fields(1001)))).toThrow(/more than 1000 fields/);
    expect(() => formatted(message(`string a = 3000; oneof o { ${fields(1000)} }`))).toThrow(
      /more than 1000/,
    );
  });
});
