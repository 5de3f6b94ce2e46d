import type { Exchange } from "../../../runtime/http/exchange.ts";
import { negotiate } from "../../../runtime/http/media.ts";
import { ERROR_CODE } from "../errors.ts";
import { type KsqlService, StatementFailure } from "../service/ksql-service.ts";
import { sessionProperties } from "../service/properties.ts";
import { parseQueryText, runSelect } from "../service/run-query.ts";
import { substituted } from "../service/variables.ts";
import { HttpFailure, jsonBody, objectOf } from "./errors.ts";
import { printTopic } from "./print.ts";
import {
  DELIMITED_TYPE,
  delimitedRows,
  jsonArrayRows,
  ROWS_TYPE,
  type RowWriter,
  streamedRows,
} from "./row-writers.ts";

function required(value: unknown, field: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new HttpFailure(ERROR_CODE.badRequest, `"${field}" field must be populated`);
}

/** `POST /query`: rows as objects in one array, or the newer layout if the client asks for it. */
export async function queryEndpoint(exchange: Exchange, service: KsqlService): Promise<void> {
  const body = await jsonBody(exchange);
  const sql = required(body["ksql"], "ksql");
  const type = negotiate(exchange.accept, [ROWS_TYPE, "application/json", DELIMITED_TYPE]);
  if (!type) throw new HttpFailure(40600, "Not Acceptable");
  const writer = type === DELIMITED_TYPE ? delimitedRows(exchange) : streamedRows(exchange);
  await answer(exchange, service, sql, body["streamsProperties"], body["sessionVariables"], writer);
}

/** `POST /query-stream`: lines, one array, or the layout of `/query`. */
export async function queryStreamEndpoint(exchange: Exchange, service: KsqlService): Promise<void> {
  const body = await jsonBody(exchange);
  const sql = required(body["sql"], "sql");
  const type = negotiate(exchange.accept, [DELIMITED_TYPE, "application/json", ROWS_TYPE]);
  if (!type) throw new HttpFailure(40600, "Not Acceptable");
  const writer =
    type === DELIMITED_TYPE
      ? delimitedRows(exchange)
      : type === ROWS_TYPE
        ? streamedRows(exchange)
        : jsonArrayRows(exchange);
  await answer(exchange, service, sql, body["properties"], body["sessionVariables"], writer);
}

async function answer(
  exchange: Exchange,
  service: KsqlService,
  sql: string,
  properties: unknown,
  variables: unknown,
  writer: RowWriter,
): Promise<void> {
  try {
    const statement = parseQueryText(substituted(sql, objectOf(variables)));
    const session = sessionProperties(objectOf(properties));
    if (statement.kind === "print") {
      await printTopic(exchange, service, statement);
      return;
    }
    const running = await runSelect(service, statement, session, writer);
    exchange.onClose(() => running.stop());
    writer.end(await running.ended);
  } catch (error) {
    if (exchange.begun) writer.fail(error);
    else throw new StatementFailure(error, sql, []);
  }
}

/** `POST /close-query`: ends a push query of this instance. */
export async function closeQueryEndpoint(exchange: Exchange, service: KsqlService): Promise<void> {
  const body = await jsonBody(exchange);
  const queryId = required(body["queryId"], "queryId");
  if (!service.pushes.close(queryId)) {
    throw new HttpFailure(ERROR_CODE.badRequest, `No query with id ${queryId}`);
  }
  exchange.send(200, "application/json", "");
}
