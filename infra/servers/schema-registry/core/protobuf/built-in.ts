/** What Confluent's registry knows beside Google's own files, by the paths that an `import` names. */
export const BUILT_IN: Readonly<Record<string, string>> = {
  "confluent/type/decimal.proto": `syntax = "proto3";
package confluent.type;
message Decimal {
  bytes value = 1;
  uint32 precision = 2;
  int32 scale = 3;
}`,
  "confluent/meta.proto": `syntax = "proto3";
package confluent;
message Meta {
  string doc = 1;
  map<string, string> params = 2;
  repeated string tags = 3;
}`,
  "google/protobuf/descriptor.proto": `syntax = "proto2";
package google.protobuf;
message FileOptions {}
message MessageOptions {}
message FieldOptions {}
message EnumOptions {}
message EnumValueOptions {}
message OneofOptions {}
message ServiceOptions {}
message MethodOptions {}`,
};
