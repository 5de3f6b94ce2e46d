import { expect, test } from "vitest";
import { formatted } from "./format.ts";
import { normalized } from "./normalize.ts";

const order = (text: string): string => normalized(formatted(text));

test("fields and constants go by their number, imports and options by their text", () => {
  const text = `syntax = "proto3"; package p;
    import "b.proto"; import "a.proto";
    option java_package = "x"; option cc_enable_arenas = true;
    message M {
      string late = 10 [deprecated = true];
      string c = 2; string b = 1;
      message Inner { int32 y = 2; int32 x = 1; }
      oneof z { string f = 7; string e = 6; }
      oneof y { string d = 4; }
      map<string, int32> m = 3;
      reserved 20, 30;
    }
    enum E { A = 0; C = 2; B = 1; N = -1; }`;
  expect(order(text)).toBe(`syntax = "proto3";
package p;

import "a.proto";
import "b.proto";

option cc_enable_arenas = true;
option java_package = "x";

message M {
  string b = 1;
  string c = 2;
  map<string, int32> m = 3;
  message Inner {
    int32 x = 1;
    int32 y = 2;
  }
  oneof y {
    string d = 4;
  }
  oneof z {
    string e = 6;
    string f = 7;
  }
  string late = 10 [deprecated = true];
  reserved 20, 30;
}

enum E {
  N = -1;
  A = 0;
  B = 1;
  C = 2;
}
`);
});

test("what is in order stays as it is, and so do messages and calls", () => {
  const text = `syntax = "proto3";
    message B { string a = 1; } message A { B b = 1; }
    service S { rpc Z (A) returns (B); rpc Y (A) returns (B); }`;
  expect(order(text)).toBe(formatted(text));
  expect(normalized(order(text))).toBe(order(text));
});
