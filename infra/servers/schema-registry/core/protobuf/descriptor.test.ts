import { expect, test } from "vitest";
import { serialized } from "./descriptor.ts";
import { formatted } from "./format.ts";
import { parseProtobuf } from "./parse.ts";
import { protoText } from "./proto-text.ts";

const again = (text: string): string => formatted(protoText(serialized(formatted(text), [])));

test("bytes that protoc made are read as text", () => {
  // By descriptor.proto: FileDescriptorProto, DescriptorProto, FieldDescriptorProto.
  const bytes = Buffer.concat([
    field(1, "f.proto"),
    field(2, "a.b"),
    message(4, [
      field(1, "M"),
      message(2, [field(1, "m"), number(3, 1), number(4, 3), number(5, 11), field(6, ".a.b.M.MEntry")]),
      message(2, [field(1, "b"), number(3, 2), number(4, 1), number(5, 8), number(9, 0), number(17, 1)]),
      message(3, [
        field(1, "MEntry"),
        message(2, [field(1, "key"), number(3, 1), number(4, 1), number(5, 9)]),
        message(2, [field(1, "value"), number(3, 2), number(4, 1), number(5, 5)]),
        message(7, [number(7, 1)]),
      ]),
      message(8, [field(1, "_b")]),
    ]),
    field(12, "proto3"),
  ]);
  const text = `syntax = "proto3";
package a.b;

message M {
  map<string, int32> m = 1;
  optional bool b = 2;
}
`;
  expect(parseProtobuf(bytes.toString("base64"), []).canonical).toBe(text);
  // The name of a file is no part of a schema.
  const own = serialized(text, []);
  expect(own.subarray(9).equals(bytes.subarray(9))).toBe(true);
});

test.each([
  [
    "proto2",
    'syntax = "proto2"; message M { extensions 100 to 199; required int32 a = 1 [default = -3]; repeated sint64 b = 2 [packed = true]; optional string s = 3 [default = "x\\"y"];}',
  ],
  [
    "a oneof among fields",
    'syntax = "proto3"; message M { string a = 1; oneof o { int32 b = 2 [deprecated = true]; .M c = 3; } bytes d = 4 [json_name = "dd"]; }',
  ],
  [
    "nested types",
    'syntax = "proto3"; package p; message M { reserved 5, 7 to 9; reserved "zz"; .p.M.N n = 1; repeated .p.M.E e = 2; message N { option deprecated = true; map<int64, .p.M.E> m = 1; } enum E { option allow_alias = true; A = 0; B = 0; } }',
  ],
  [
    "an enum",
    'syntax = "proto3"; enum E { A = 0; B = -1 [deprecated = true]; reserved 4, 6 to 8; reserved "C"; }',
  ],
  [
    "imports, options, services",
    'syntax = "proto3"; package p; import "google/protobuf/timestamp.proto"; option java_package = "q.r"; option optimize_for = SPEED; message M { .google.protobuf.Timestamp t = 1; } service S { rpc G(.p.M) returns (stream .p.M); rpc H(stream .p.M) returns (.p.M) { option deprecated = true; } }',
  ],
])("%s: text, bytes and text again say the same", (_, text) => {
  expect(again(text)).toBe(formatted(text));
});

test.each([
  ["google/protobuf/type.proto", "google.protobuf.Type"],
  ["google/protobuf/source_context.proto", "google.protobuf.SourceContext"],
  ["google/type/date.proto", "google.type.Date"],
  ["google/type/timeofday.proto", "google.type.TimeOfDay"],
  ["google/type/latlng.proto", "google.type.LatLng"],
  ["google/type/money.proto", "google.type.Money"],
])("%s may be imported without a reference", (path, type) => {
  const text = `syntax = "proto3"; import "${path}"; message M { ${type} f = 1; }`;
  expect(parseProtobuf(text, []).topLevelFields).toEqual(new Set(["f"]));
});

test("what a descriptor would not say is refused, not dropped", () => {
  const custom =
    'syntax = "proto3"; import "google/protobuf/descriptor.proto"; extend google.protobuf.FieldOptions { string o = 50000; } message M { int32 a = 1 [(o) = "x"]; }';
  expect(() => serialized(formatted(custom), [])).toThrow(/the option \(o\)/);
  const withUnknown = Buffer.concat([
    serialized(formatted('syntax = "proto3"; message M {}'), []),
    field(999, "x"),
  ]);
  expect(() => protoText(withUnknown)).toThrow(/options of one's own/);
  expect(() => protoText(Buffer.from("no descriptor"))).toThrow();
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

function number(id: number, value: number): Buffer {
  return Buffer.concat([varint(id * 8), varint(value)]);
}

function field(id: number, text: string | Buffer): Buffer {
  return Buffer.concat([varint(id * 8 + 2), varint(Buffer.byteLength(text)), Buffer.from(text)]);
}

function message(id: number, parts: readonly Buffer[]): Buffer {
  return field(id, Buffer.concat(parts));
}
