import { expect, test } from "vitest";
import type { InRecord } from "../../../runtime/kafka/ports.ts";
import { memoryRegistry } from "../testing/memory-registry.ts";
import { recordPrinter } from "./print.ts";

const record = (key: Buffer | null, value: Buffer | null): InRecord => ({
  topic: "t",
  partition: 1,
  offset: 0,
  timestamp: 1_000,
  headers: {},
  key,
  value,
});

test("Avro is shown by its schema, a union's value without its branch", async () => {
  const registry = memoryRegistry();
  const fields = [
    { name: "COUNT", type: ["null", "long"] },
    { name: "NOTE", type: ["null", "string"] },
    { name: "LIST", type: { type: "array", items: ["null", "int"] } },
  ];
  const id = await registry.register("t-value", JSON.stringify({ type: "record", name: "R", fields }));
  // COUNT: branch 1, 32 in zigzag; NOTE: branch 0; LIST: one block of one item, branch 1, 7; end.
  const body = Buffer.from([2, 64, 0, 2, 2, 14, 0]);
  const value = Buffer.concat([Buffer.from([0, 0, 0, 0, id]), body]);
  const key = Buffer.from([0, 0, 0x9e, 0x34]);
  expect(await recordPrinter(registry)(record(key, value))).toBe(
    'rowtime: 1970-01-01 00:00:01.000Z, key: 40500, value: {"COUNT":32,"NOTE":null,"LIST":[7]}, partition: 1',
  );
});

test("what is no Avro of this registry is text, a number, or bytes; what is not there <null>", async () => {
  const print = recordPrinter(memoryRegistry());
  const shown = async (bytes: Buffer | null): Promise<string | undefined> =>
    /value: (.*), partition/.exec(await print(record(null, bytes)))?.[1];
  expect(await shown(Buffer.from('{"a":1}'))).toBe('{"a":1}');
  expect(await shown(Buffer.from([0, 0, 0, 0, 0, 0, 1, 0]))).toBe("256");
  expect(await shown(Buffer.from([0, 0, 0, 0, 9, 1]))).toBe("AAAAAAkB");
  expect(await shown(null)).toBe("<null>");
});
