import { describe, expect, test } from "vitest";
import { Catalog } from "../catalog/catalog.ts";
import { applyCommand } from "../commands/apply.ts";
import type { Value } from "../values/value.ts";
import { rowOf } from "./inserted-row.ts";

const catalog = new Catalog();
applyCommand(
  catalog,
  {
    ...{ version: 1, id: "x", properties: {}, inferred: {} },
    statement:
      "CREATE STREAM S (K INT KEY, I INT, L BIGINT, D DOUBLE, N DECIMAL(4,2), T STRING, B BOOLEAN, X BYTES, W TIMESTAMP, Y DATE, `low` INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
  },
  0,
);
const source = catalog.source("S");

/** The value that a column takes from JSON. */
function stored(column: string, json: string): Value | undefined {
  if (!source) throw new Error("no source");
  const row = rowOf(`{"K":1,${JSON.stringify(column)}:${json}}`, source);
  return row.values[source.values.findIndex(({ name }) => name === column.replaceAll("`", ""))];
}

describe("a value that its column can hold", () => {
  test.each<[string, string, unknown]>([
    ["I", "2147483647", 2147483647],
    ["L", "-9223372036854775808", -9_223_372_036_854_775_808n],
    ["D", "3", 3],
    ["N", "1.005", { unscaled: 101n, scale: 2 }],
    ["N", '"12.34"', { unscaled: 1234n, scale: 2 }],
    ["T", '"7"', "7"],
    ["B", "false", false],
    ["X", '"aGk="', Buffer.from("hi")],
    ["W", '"1970-01-01T00:00:01"', 1000],
    ["Y", '"1970-01-02"', 1],
    ["`low`", "5", 5],
    ["I", "null", null],
  ])("%s: %s", (column, json, value) => {
    expect(stored(column, json)).toEqual(value === null ? null : expect.objectContaining(Object(value)));
    if (typeof value !== "object") expect(stored(column, json)).toBe(value);
  });
});

describe("a value that it cannot hold is refused, never changed", () => {
  test.each([
    ["I", "3000000000", "java.lang.Long into type INTEGER"],
    ["I", "1.0", "java.lang.Double into type INTEGER"],
    ["I", "1e3", "java.lang.Double into type INTEGER"],
    ["I", '"7"', "java.lang.String into type INTEGER"],
    ["I", "true", "java.lang.Boolean into type INTEGER"],
    ["L", "9223372036854775808", "java.math.BigInteger into type BIGINT"],
    ["D", '"1.5"', "java.lang.String into type DOUBLE"],
    ["D", "1e400", "java.lang.Double into type DOUBLE"],
    ["N", "123.4", "java.lang.Double into type DECIMAL(4, 2)"],
    ["N", "100", "java.lang.Integer into type DECIMAL(4, 2)"],
    ["N", '"ten"', "java.lang.String into type DECIMAL(4, 2)"],
    ["T", "7", "java.lang.Integer into type STRING"],
    ["T", "[1]", "io.vertx.core.json.JsonArray into type STRING"],
    ["T", "{}", "io.vertx.core.json.JsonObject into type STRING"],
    ["B", '"true"', "java.lang.String into type BOOLEAN"],
    ["X", '"a"', "java.lang.String into type BYTES"],
    ["W", "1000", "java.lang.Integer into type TIMESTAMP"],
    ["Y", '"yesterday"', "java.lang.String into type DATE"],
  ])("%s: %s", (column, json, classes) => {
    expect(() => stored(column, json)).toThrow(`Can't coerce a field of type class ${classes}`);
  });

  test.each([
    ["{}", "Key field must be specified: K"],
    ['{"K":null}', "Key field must be specified: K"],
    [
      '{"K":1,"`I":1}',
      "Invalid column / struct field name. Name: `I. Reason: Expected matching quote at end of value.",
    ],
    ['{"K":1,"i":1,"I":2}', "Found duplicate column / struct field name: I"],
    ["[1]", "Invalid JSON in inserts stream"],
    ["{", "Invalid JSON in inserts stream"],
  ])("%s", (line, message) => {
    expect(() => source && rowOf(line, source)).toThrow(message);
  });
});
