import { RestError } from "../../../infra/runtime/http/errors.ts";
import { linesOf } from "../../../infra/runtime/http/lines.ts";
import { Catalog } from "../../../infra/servers/ksql/catalog/catalog.ts";
import { applyCommand } from "../../../infra/servers/ksql/commands/apply.ts";
import { serdesOf } from "../../../infra/servers/ksql/formats/side.ts";
import { HttpFailure } from "../../../infra/servers/ksql/rest/errors.ts";
import { rowOf } from "../../../infra/servers/ksql/rest/inserted-row.ts";
import { targetOf } from "../../../infra/servers/ksql/rest/inserts-stream.ts";
import { insertRecord } from "../../../infra/servers/ksql/service/insert.ts";
import { memoryRegistry } from "../../../infra/servers/ksql/testing/memory-registry.ts";
import { isCoded } from "../../../schemas/errors.ts";
import type { Target } from "../target.ts";
import { repeated, texts } from "./texts.ts";

const catalog = new Catalog();
applyCommand(
  catalog,
  {
    ...{ version: 1, id: "x", properties: {}, inferred: {} },
    statement:
      "CREATE STREAM S (K VARCHAR KEY, A VARCHAR, B INTEGER, C BIGINT, D DOUBLE, E DECIMAL(10,2), F BOOLEAN, T TIMESTAMP) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
  },
  0,
);
const registry = memoryRegistry();
const MAX_LINE = 1024 * 1024;
const TARGET = '{"target":"S"}\n';

/** As bytes of a stream arrive: in pieces. */
async function* pieces(text: string): AsyncIterable<string> {
  const size = Math.max(1, Math.ceil(text.length / 7));
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function insert(text: string): Promise<void> {
  let source: ReturnType<typeof targetOf> | undefined;
  let serdes: Awaited<ReturnType<typeof serdesOf>> | undefined;
  for await (const line of linesOf(pieces(text), MAX_LINE)) {
    if (line.trim() === "") continue;
    if (!source || !serdes) {
      source = targetOf(line, catalog);
      serdes = await serdesOf(source, registry, true);
      continue;
    }
    insertRecord({ source, ...rowOf(line, source) }, serdes, 0);
  }
}

export const insertsStream: Target = {
  name: "inserts-stream",
  about: "lines that /inserts-stream is sent: the target, then a JSON object per row",
  maxBytes: 4 * 1024 * 1024,
  corpus: texts(
    `${TARGET}{"K":"k","A":"a","B":1,"C":9007199254740993,"D":1.5,"E":12.34,"F":true,"T":"2023-11-14T22:13:20"}`,
    `${TARGET}{"k":"k","E":"1e2"}\n{"\\"K\\"":"k","\`A\`":"a","B":3000000000}`,
    '{"target":"`S`","properties":{}}\n{}\n\n{"A":null}',
  ),
  families: {
    "n rows": (n) => Buffer.from(TARGET + repeated(n, (i) => `{"K":"${i}","B":${i}}`, "\n")),
    "n columns that there are not": (n) =>
      Buffer.from(`${TARGET}{${repeated(n, (i) => `"X${i}":1`)},"A":"a"}`),
    "a decimal of n digits": (n) => Buffer.from(`${TARGET}{"E":${"9".repeat(n)}.5}`),
    "a whole number of n digits": (n) => Buffer.from(`${TARGET}{"C":${"9".repeat(n)}}`),
    "an exponent of n": (n) => Buffer.from(`${TARGET}{"E":1e${n}}`),
    "a list of n": (n) => Buffer.from(`${TARGET}{"A":[${repeated(n, String)}]}`),
    "a line of n blanks": (n) => Buffer.from(`${TARGET}${" ".repeat(n)}x`),
  },
  async take(input) {
    try {
      await insert(input.toString());
      return true;
    } catch (error) {
      const refusal =
        error instanceof HttpFailure ||
        error instanceof RestError ||
        isCoded(error, "KSQL_STATEMENT_INVALID");
      if (refusal) return false;
      throw error;
    }
  },
};
