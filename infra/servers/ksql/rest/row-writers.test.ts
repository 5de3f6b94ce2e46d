import { expect, test } from "vitest";
import type { Exchange } from "../../../runtime/http/exchange.ts";
import type { ResultColumn } from "../queries/result.ts";
import { streamedRows } from "./row-writers.ts";

const columns: readonly ResultColumn[] = [{ name: "V", type: { base: "INTEGER" }, key: false }];

/** What is written, in the order of the calls. */
function recorded(): { readonly exchange: Exchange; readonly pieces: string[] } {
  const pieces: string[] = [];
  const exchange = {
    begin() {},
    write: async (text: string) => void pieces.push(text),
    end: (text = "") => void pieces.push(text),
  };
  return { exchange: exchange as unknown as Exchange, pieces };
}

const row = (value: number) => ({ values: [value] });

test.each([0, 1, 3])("a pull query on a table with %i rows is one JSON array", (count) => {
  const { exchange, pieces } = recorded();
  const writer = streamedRows(exchange);
  writer.begin("q", "table");
  writer.header(columns);
  for (let i = 0; i < count; i++) void writer.row(row(i));
  writer.end(undefined);
  expect(JSON.parse(pieces.join(""))).toEqual([
    { header: { queryId: "q", schema: "`V` INTEGER" } },
    ...Array.from({ length: count }, (_, i) => ({ row: { columns: [i] } })),
  ]);
});

test("an error after the header of a pull query ends the array", () => {
  const { exchange, pieces } = recorded();
  const writer = streamedRows(exchange);
  writer.begin("q", "table");
  writer.header(columns);
  void writer.row(row(1));
  writer.fail(new Error("gone"));
  expect(JSON.parse(pieces.join(""))).toMatchObject([{}, {}, { errorMessage: { message: "gone" } }]);
});

test("each element of a stream's answer is a line that is whole at once", () => {
  const { exchange, pieces } = recorded();
  const writer = streamedRows(exchange);
  writer.begin("q", "stream");
  writer.header(columns);
  void writer.row(row(1));
  expect(pieces.map((piece) => piece.slice(-2))).toEqual([",\n", ",\n"]);
  writer.end("Limit Reached");
  expect(JSON.parse(pieces.join(""))).toHaveLength(3);
});
