import { messageOf } from "../../../../schemas/errors.ts";
import type { Exchange } from "../../../runtime/http/exchange.ts";
import { isJsonObject, parseJson } from "../../../runtime/json/lossless.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Source } from "../catalog/source.ts";
import { ERROR_CODE, errorCodeOf, refuse } from "../errors.ts";
import { fromJson } from "../formats/json.ts";
import { serdesOf } from "../formats/side.ts";
import { insertRecord } from "../service/insert.ts";
import type { KsqlService } from "../service/ksql-service.ts";
import { errorBody, HttpFailure } from "./errors.ts";
import { writeJsonValue } from "./json.ts";
import { DELIMITED_TYPE } from "./row-writers.ts";

/** Characters of a row, at most: no record of Kafka would hold more. */
const MAX_LINE = 1024 * 1024;

/** `POST /inserts-stream`: a line that names the target, then a JSON object per row; each is acknowledged by a line. */
export async function insertsStream(exchange: Exchange, service: KsqlService): Promise<void> {
  if (!exchange.http2) {
    throw new HttpFailure(
      ERROR_CODE.http2Only,
      "The /inserts-stream endpoint is only available when using HTTP2",
    );
  }
  try {
    await insertLines(exchange, service);
  } catch (error) {
    // A line that cannot be read ends the stream; what was acknowledged stays inserted.
    if (!exchange.begun || exchange.aborted) throw error;
    await exchange.write(`${writeJsonValue(errorBody(error).body)}\n`);
  }
  exchange.end();
}

async function insertLines(exchange: Exchange, service: KsqlService): Promise<void> {
  const { registry, clock } = service.deps;
  let source: Source | undefined;
  let serdes: Awaited<ReturnType<typeof serdesOf>> | undefined;
  let seq = 0;
  for await (const line of exchange.lines(MAX_LINE)) {
    if (line.trim() === "") continue;
    if (!source || !serdes) {
      source = targetOf(line, service.state.catalog);
      serdes = await serdesOf(source, registry, true);
      exchange.begin(200, DELIMITED_TYPE);
      continue;
    }
    const number = seq++;
    try {
      await service.producers.send(insertRecord({ source, ...rowOf(line, source) }, serdes, clock.now()));
      await exchange.write(`${writeJsonValue({ status: "ok", seq: number })}\n`);
    } catch (error) {
      const failure = {
        status: "error",
        seq: number,
        error_code: errorCodeOf(error),
        message: messageOf(error),
      };
      await exchange.write(`${writeJsonValue(failure)}\n`);
    }
  }
}

/** The stream or table that the first line names. @throws {HttpFailure} */
export function targetOf(line: string, catalog: Catalog): Source {
  let target: unknown;
  try {
    target = (JSON.parse(line) as { target?: unknown }).target;
  } catch (error) {
    throw new HttpFailure(ERROR_CODE.badRequest, `Invalid JSON in inserts stream: ${messageOf(error)}`);
  }
  const name = String(target);
  const quoted = /^`.*`$/.test(name);
  const source = catalog.source(quoted ? name.slice(1, -1) : name.toUpperCase());
  if (!source) {
    throw new HttpFailure(
      ERROR_CODE.badStatement,
      `Cannot insert values into an unknown stream/table: ${name}`,
    );
  }
  return source;
}

/** The row of a further line. @throws {CodedError} KSQL_STATEMENT_INVALID */
export function rowOf(
  line: string,
  source: Source,
): { key: readonly ReturnType<typeof fromJson>[]; values: readonly ReturnType<typeof fromJson>[] } {
  const json = parseJson(line);
  if (!isJsonObject(json))
    throw refuse("Invalid JSON in inserts stream: expected an object", ERROR_CODE.badRequest);
  const upper = new Map([...json].map(([name, value]) => [name.toUpperCase(), value]));
  const of = (columns: Source["keys"]): readonly ReturnType<typeof fromJson>[] =>
    columns.map(({ name, type }) => fromJson(json.get(name) ?? upper.get(name) ?? null, type));
  return { key: of(source.keys), values: of(source.values) };
}
