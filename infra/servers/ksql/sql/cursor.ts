import type { CodedError } from "../../../../schemas/errors.ts";
import { refuse } from "../errors.ts";
import type { TextPosition } from "./ast.ts";
import { syntaxErrorText, type Token } from "./lexer.ts";
import { Nesting } from "./nesting.ts";

/** Words that cannot name a source or a column without quotes (ksqlDB's grammar: reserved, not in `nonReserved`). */
const RESERVED = new Set(
  "ADVANCE ALL AND AS AT BEGINNING BETWEEN BY CASE CAST CATALOG CONNECTOR CONNECTORS CREATE DAYS DECIMAL DELETE DESCRIBE DISTINCT DROP ELSE END EXISTS EXPORT EXTENDED FALSE FROM FULL GROUP HAVING HOPPING HOURS IN INNER INSERT INTO IS JOIN LEFT LIKE LIMIT LIST LOAD MATERIALIZED MILLISECOND MILLISECONDS MINUTES MONTHS NAMESPACE NOT NULL ON OR OUTER PAUSE PRINT PROPERTIES QUERIES QUERY RENAME RESUME RETENTION RIGHT RUN SAMPLE SCRIPT SECONDS SELECT SIZE STREAM STREAMS TABLE TERMINATE THEN TO TOPIC TOPICS TRUE TUMBLING UNSET VALUES VIEW WHEN WHERE WINDOW WITH WITHIN YEARS".split(
    " ",
  ),
);

export function isReserved(word: string): boolean {
  return RESERVED.has(word);
}

const LITERALS = new Set(["integer", "decimal", "float", "string"]);
const WORDS = new Set(["NULL", "TRUE", "FALSE", "CASE", "CAST", "NOT"]);

export function startsName({ kind, upper }: Token): boolean {
  return kind === "quoted" || (kind === "word" && !RESERVED.has(upper));
}

export function startsExpression(token: Token): boolean {
  const { kind, text, upper } = token;
  if (LITERALS.has(kind) || startsName(token)) return true;
  return kind === "word" ? WORDS.has(upper) : kind === "operator" && ["(", "-", "+"].includes(text);
}

export function startsLiteral({ kind, text, upper }: Token): boolean {
  if (LITERALS.has(kind)) return true;
  return kind === "word" ? ["NULL", "TRUE", "FALSE"].includes(upper) : kind === "operator" && text === "-";
}

/** A place in the token list: what the parsing functions read from and move on. */
export class Cursor {
  readonly sql: string;
  readonly nesting = new Nesting();
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Open parentheses and CASEs of expressions. */
  #depth = 0;

  constructor(sql: string, tokens: readonly Token[]) {
    this.sql = sql;
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
    if (!token) throw new Error("no tokens at all");
    return token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** Are the next tokens these keywords? */
  at(...keywords: readonly string[]): boolean {
    return keywords.every((keyword, i) => {
      const token = this.peek(i);
      return token.kind === "word" && token.upper === keyword;
    });
  }

  /** Step over these keywords if they come next. */
  take(...keywords: readonly string[]): boolean {
    if (!this.at(...keywords)) return false;
    this.#at += keywords.length;
    return true;
  }

  expect(...keywords: readonly string[]): void {
    for (const keyword of keywords) if (!this.take(keyword)) throw this.unexpected(`'${keyword}'`);
  }

  /** What stands in parentheses or CASE: ksqlDB's parser looks through all of it and tells only where it stopped. */
  inside<T>(parse: () => T): T {
    this.#depth++;
    const result = parse();
    this.#depth--;
    return result;
  }

  atOperator(operator: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "operator" && token.text === operator;
  }

  takeOperator(operator: string): boolean {
    if (!this.atOperator(operator)) return false;
    this.#at++;
    return true;
  }

  expectOperator(operator: string): void {
    if (!this.takeOperator(operator)) throw this.unexpected(`'${operator}'`);
  }

  /** A name: upper-cased unless quoted. */
  identifier(): string {
    if (!startsName(this.peek())) throw this.unexpected();
    return this.#name();
  }

  /** A name within a query, in ksqlDB's words where there is none. */
  name(): string {
    if (!startsName(this.peek())) throw this.mismatched(startsName);
    return this.#name();
  }

  #name(): string {
    const { kind, text, upper } = this.next();
    return kind === "quoted" ? text : upper;
  }

  string(): string {
    if (this.peek().kind !== "string") throw this.unexpected("STRING");
    return this.next().text;
  }

  integer(): number {
    if (this.peek().kind !== "integer") throw this.unexpected("INTEGER_VALUE");
    return Number(this.next().text);
  }

  position(): TextPosition {
    const { line, column } = this.peek();
    return { line, column };
  }

  /**
   * `line 1:8: Syntax Error …`: ksqlDB's form.
   *
   * @param expected - what could stand here, as its grammar names it; left out where no rule fits.
   */
  unexpected(expected?: string): CodedError {
    const { line, column } = this.peek();
    // One word too many: what is expected comes after it.
    const after = `'${this.peek(1).kind === "operator" ? this.peek(1).text : this.peek(1).upper}'`;
    if (this.#depth === 0 && this.#isReservedNext() && expected?.includes(after)) return this.#reserved();
    return this.syntaxError(
      expected === undefined || this.#depth > 0
        ? `Syntax error at or near '${this.#written()}' at line ${line}:${column}`
        : `Expecting ${expected}`,
    );
  }

  /** One word or sign is left out if what stands here may follow it. */
  missing(expected: string, follows: (token: Token) => boolean): CodedError {
    if (this.#depth > 0 || !follows(this.peek())) return this.unexpected(expected);
    return this.syntaxError(`missing ${expected} at '${this.#written()}'`);
  }

  /** One of many things could stand here: ksqlDB tells a reserved word that is too much, and else nothing. */
  mismatched(starts: (token: Token) => boolean): CodedError {
    if (this.#depth > 0) return this.unexpected();
    return this.#isReservedNext() && starts(this.peek(1)) ? this.#reserved() : this.syntaxError("");
  }

  #isReservedNext(): boolean {
    const { kind, upper } = this.peek();
    return kind === "word" && RESERVED.has(upper);
  }

  #reserved(): CodedError {
    const word = this.#written();
    return this.syntaxError(
      `"${word}" is a reserved keyword and it can't be used as an identifier. You can use it as an identifier by escaping it as '${word}' `,
    );
  }

  /** The next token with its quotes. */
  #written(): string {
    const { kind, start, end } = this.peek();
    return kind === "end" ? "<EOF>" : this.sql.slice(start, end);
  }

  /** A syntax error at the next token, with ksqlDB's words for what is wrong. */
  syntaxError(problem: string): CodedError {
    return refuse(syntaxErrorText(this.sql, this.peek(), problem));
  }
}
