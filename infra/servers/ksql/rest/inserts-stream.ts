import { messageOf } from "../../../../schemas/errors.ts";
import type { Exchange } from "../../../runtime/http/exchange.ts";
import { negotiate } from "../../../runtime/http/media.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Source } from "../catalog/source.ts";
import { ERROR_CODE, errorCodeOf } from "../errors.ts";
import { serdesOf } from "../formats/side.ts";
import { insertRecord } from "../service/insert.ts";
import type { KsqlService } from "../service/ksql-service.ts";
import { identifierText } from "../sql/identifier-text.ts";
import { errorBody, HttpFailure, JSON_TYPE } from "./errors.ts";
import { rowOf } from "./inserted-row.ts";
import { writeJsonValue } from "./json.ts";
import { DELIMITED_TYPE } from "./row-writers.ts";

/** Characters of a row, at most: no record of Kafka would hold more. */
const MAX_LINE = 1024 * 1024;

/**
 * `POST /inserts-stream`: a line that names the target, then a JSON object per row. Each row is acknowledged, the first
 * that cannot be inserted ends the answer: nothing after it is read.
 */
export async function insertsStream(exchange: Exchange, service: KsqlService): Promise<void> {
  if (!exchange.http2) {
    throw new HttpFailure(ERROR_CODE.http2Only, "This endpoint is only available when using HTTP2");
  }
  const type = negotiate(exchange.accept, [DELIMITED_TYPE, JSON_TYPE]);
  if (!type) throw new HttpFailure(40600, "Not Acceptable");
  const writer = type === JSON_TYPE ? jsonArray(exchange) : jsonLines(exchange);
  try {
    await insertLines(exchange, service, writer);
  } catch (error) {
    // A line that cannot be read ends the stream; what was acknowledged stays inserted.
    if (!exchange.begun || exchange.aborted) throw error;
    await writer.add(errorBody(error).body);
  }
  writer.end();
}

/** How acknowledgements are written. */
interface AckWriter {
  begin(): void;
  add(ack: object): Promise<void> | void;
  end(): void;
}

function jsonLines(exchange: Exchange): AckWriter {
  return {
    begin: () => exchange.begin(200, DELIMITED_TYPE),
    add: (ack) => exchange.write(`${writeJsonValue(ack)}\n`),
    end: () => exchange.end(),
  };
}

function jsonArray(exchange: Exchange): AckWriter {
  let before = "[";
  return {
    begin: () => exchange.begin(200, JSON_TYPE),
    add(ack) {
      const text = before + writeJsonValue(ack);
      before = ",";
      return exchange.write(text);
    },
    end: () => exchange.end(before === "[" ? "[]" : "]"),
  };
}

async function insertLines(exchange: Exchange, service: KsqlService, writer: AckWriter): Promise<void> {
  const { registry, clock } = service.deps;
  let source: Source | undefined;
  let serdes: Awaited<ReturnType<typeof serdesOf>> | undefined;
  let seq = 0;
  for await (const line of exchange.lines(MAX_LINE)) {
    if (line.trim() === "") continue;
    if (!source || !serdes) {
      source = targetOf(line, service.state.catalog);
      serdes = await serdesOf(source, registry, true);
      writer.begin();
      continue;
    }
    const number = seq++;
    try {
      await service.producers.send(insertRecord({ source, ...rowOf(line, source) }, serdes, clock.now()));
    } catch (error) {
      const failure = { "@type": "generic_error", error_code: errorCodeOf(error), message: messageOf(error) };
      await writer.add({ ...failure, seq: number, status: "error" });
      return;
    }
    await writer.add({ status: "ok", seq: number });
  }
}

/** The stream or table that the first line names. @throws {HttpFailure} */
export function targetOf(line: string, catalog: Catalog): Source {
  const name = identifierOf(targetNameOf(line));
  const source = catalog.source(name);
  if (!source) {
    throw new HttpFailure(
      ERROR_CODE.badStatement,
      `Cannot insert values into an unknown stream/table: \`${name}\`${catalog.alternatives(name)}`,
    );
  }
  if (source.window) {
    throw new HttpFailure(ERROR_CODE.badStatement, "Cannot insert values into windowed stream/table");
  }
  return source;
}

function targetNameOf(line: string): string {
  let args: unknown;
  try {
    args = JSON.parse(line);
  } catch (error) {
    throw new HttpFailure(ERROR_CODE.badRequest, `Invalid JSON in request: ${messageOf(error)}`);
  }
  const { target } = (args ?? {}) as { target?: unknown };
  if (typeof target !== "string") {
    throw new HttpFailure(
      ERROR_CODE.badRequest,
      `Invalid JSON in request: Missing required creator property 'target'`,
    );
  }
  return target;
}

function identifierOf(name: string): string {
  try {
    return identifierText(name);
  } catch (error) {
    throw new HttpFailure(ERROR_CODE.badStatement, `Invalid target name: ${messageOf(error)}`);
  }
}
