import { refuse, unsupported } from "../errors.ts";
import type { Expression, Query, SelectItem, WindowClause } from "./ast.ts";
import { type Cursor, isReserved, startsExpression, startsName } from "./cursor.ts";
import { parseExpression, parseValue } from "./expressions.ts";
import type { Token } from "./lexer.ts";
import { unitMs } from "./time-units.ts";

/** Of a source, and of a SELECT. */
export const MOST_COLUMNS = 1000;

/** `SELECT … FROM … [WINDOW …] [WHERE …] [GROUP BY …] [HAVING …] [EMIT CHANGES] [LIMIT n]`. */
export function parseQuery(cursor: Cursor): Query {
  if (!cursor.take("SELECT")) throw cursor.missing("'SELECT'", startsItem);
  const items = [parseItem(cursor)];
  while (cursor.takeOperator(",")) items.push(parseItem(cursor));
  if (items.length > MOST_COLUMNS) throw refuse(`A SELECT has at most ${MOST_COLUMNS} expressions.`);
  if (!cursor.take("FROM")) throw cursor.unexpected("{',', 'FROM'}");
  const from = parseFrom(cursor);
  const window = cursor.take("WINDOW") ? parseWindow(cursor) : undefined;
  const where = cursor.take("WHERE") ? parseExpression(cursor) : undefined;
  const groupBy = cursor.take("GROUP") ? parseGroupBy(cursor) : [];
  if (cursor.at("PARTITION", "BY")) throw unsupported("PARTITION BY");
  const having = cursor.take("HAVING") ? parseExpression(cursor) : undefined;
  const emit = parseEmit(cursor);
  const limit = cursor.take("LIMIT") ? parseLimit(cursor) : undefined;
  return {
    items,
    from,
    groupBy,
    ...(window ? { window } : {}),
    ...(where ? { where } : {}),
    ...(having ? { having } : {}),
    ...(emit ? { emit } : {}),
    ...(limit === undefined ? {} : { limit }),
  };
}

const startsItem = (token: Token): boolean =>
  startsExpression(token) || (token.kind === "operator" && token.text === "*");

function parseItem(cursor: Cursor): SelectItem {
  if (cursor.takeOperator("*")) return { kind: "star" };
  if (cursor.atOperator(".", 1) && cursor.atOperator("*", 2)) {
    const source = cursor.identifier();
    cursor.next();
    cursor.next();
    return { kind: "star", source };
  }
  const expression = parseExpression(cursor);
  if (cursor.take("AS")) return { kind: "expression", expression, alias: cursor.name() };
  const next = cursor.peek();
  if (next.kind === "quoted" || (next.kind === "word" && !isReserved(next.upper))) {
    return { kind: "expression", expression, alias: cursor.identifier() };
  }
  return { kind: "expression", expression };
}

const AFTER_SOURCE = new Set(["EMIT", "PARTITION", "LIMIT", "WINDOW", "WHERE", "GROUP", "HAVING"]);

function parseFrom(cursor: Cursor): Query["from"] {
  const name = cursor.name();
  const aliased =
    cursor.take("AS") ||
    cursor.peek().kind === "quoted" ||
    (cursor.peek().kind === "word" &&
      !isReserved(cursor.peek().upper) &&
      !AFTER_SOURCE.has(cursor.peek().upper));
  const alias = aliased ? cursor.identifier() : name;
  for (const join of ["JOIN", "LEFT", "RIGHT", "FULL", "INNER", "OUTER"]) {
    if (cursor.at(join)) throw unsupported("JOIN");
  }
  if (cursor.atOperator(",")) throw cursor.syntaxError("");
  return { name, alias };
}

/** Arithmetic expressions, all of them in parentheses or none. */
function parseGroupBy(cursor: Cursor): readonly Expression[] {
  if (!cursor.take("BY")) throw cursor.missing("'BY'", startsExpression);
  const inParentheses = cursor.atOperator("(") && groupIsList(cursor);
  if (inParentheses) cursor.next();
  const list: Expression[] = [];
  do {
    if (cursor.atOperator("(") && groupIsList(cursor)) throw missingParenthesis(cursor);
    list.push(parseValue(cursor));
  } while (cursor.takeOperator(","));
  if (inParentheses) cursor.expectOperator(")");
  return list;
}

/** Of a list within a list, ksqlDB takes the first expression. */
function missingParenthesis(cursor: Cursor): Error {
  cursor.next();
  parseValue(cursor);
  return cursor.syntaxError("missing ')' at ','");
}

/** Does the parenthesis that opens here hold a list, as in `GROUP BY (A, B)`? */
function groupIsList(cursor: Cursor): boolean {
  let depth = 0;
  for (let i = 0; ; i++) {
    const token = cursor.peek(i);
    if (token.kind === "end") return false;
    if (token.kind !== "operator") continue;
    if (token.text === "(") depth++;
    else if (token.text === ")" && --depth === 0) return false;
    else if (token.text === "," && depth === 1) return true;
  }
}

function parseEmit(cursor: Cursor): "CHANGES" | "FINAL" | undefined {
  if (!cursor.take("EMIT")) return undefined;
  if (cursor.take("CHANGES")) return "CHANGES";
  if (cursor.take("FINAL")) return "FINAL";
  throw cursor.unexpected("{'CHANGES', 'FINAL'}");
}

function parseLimit(cursor: Cursor): number {
  const negative = cursor.takeOperator("-");
  if (cursor.peek().kind === "decimal" || cursor.peek().kind === "float") {
    throw refuse("Failed to prepare statement: Value must be integer for command: LIMIT");
  }
  if (cursor.peek().kind !== "integer") throw cursor.syntaxError("");
  return (negative ? -1 : 1) * cursor.integer();
}

/** In which one record counts: each of them is written for each record. A day's by the minute are 1440. */
const MOST_WINDOWS = 2000;

function parseDuration(cursor: Cursor): number {
  const amount = cursor.integer();
  const unit = unitMs(cursor.peek().upper);
  if (unit === undefined) throw cursor.unexpected();
  cursor.next();
  if (!Number.isSafeInteger(amount * unit)) {
    throw refuse(`Failed to prepare statement: a duration of ${amount} is too long`);
  }
  return amount * unit;
}

function parseWindow(cursor: Cursor): WindowClause {
  // A window's name has no use, also in ksqlDB.
  if (startsName(cursor.peek()) && !cursor.at("SESSION")) cursor.next();
  const start = cursor.peek().start;
  if (cursor.at("SESSION")) throw unsupported("WINDOW SESSION");
  const type = cursor.take("TUMBLING") ? "TUMBLING" : cursor.take("HOPPING") ? "HOPPING" : undefined;
  if (!type) throw cursor.unexpected("{'TUMBLING', 'HOPPING', 'SESSION'}");
  cursor.expectOperator("(");
  if (!cursor.take("SIZE")) throw cursor.missing("'SIZE'", ({ kind }) => kind === "integer");
  const size = parseDuration(cursor);
  let advance = size;
  let grace: number | undefined;
  let retention: number | undefined;
  while (cursor.takeOperator(",")) {
    if (type === "HOPPING" && cursor.take("ADVANCE", "BY")) advance = parseDuration(cursor);
    else if (cursor.take("RETENTION")) retention = parseDuration(cursor);
    else if (cursor.take("GRACE", "PERIOD")) grace = parseDuration(cursor);
    else throw cursor.unexpected();
  }
  const end = cursor.peek().end;
  cursor.expectOperator(")");
  if (advance > size || advance < 1) {
    throw refuse(
      `Failed to prepare statement: Window advancement interval should be more than zero and less than window duration`,
    );
  }
  if (size / advance > MOST_WINDOWS) {
    throw refuse(
      `Failed to prepare statement: each record would be in ${Math.floor(size / advance)} windows, ${MOST_WINDOWS} are the most: make them advance by more`,
    );
  }
  return {
    type,
    size,
    advance,
    ...(grace === undefined ? {} : { grace }),
    ...(retention === undefined ? {} : { retention }),
    text: cursor.sql.slice(start, end).replace(/\s+/g, " "),
  };
}
