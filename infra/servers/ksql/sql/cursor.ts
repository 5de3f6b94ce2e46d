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

/** A place in the token list: what the parsing functions read from and move on. */
export class Cursor {
  readonly sql: string;
  readonly nesting = new Nesting();
  readonly #tokens: readonly Token[];
  #at = 0;

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
    for (const keyword of keywords) if (!this.take(keyword)) throw this.unexpected(keyword);
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
    const token = this.peek();
    if (token.kind === "quoted") return this.next().text;
    if (token.kind === "word" && !RESERVED.has(token.upper)) return this.next().upper;
    throw this.unexpected();
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
    const { line, column, text, kind } = this.peek();
    const found = kind === "end" ? "<EOF>" : text;
    return this.syntaxError(
      expected === undefined
        ? `Syntax error at or near '${found}' at line ${line}:${column}`
        : `Expecting ${expected}`,
    );
  }

  /** A syntax error at the next token, with ksqlDB's words for what is wrong. */
  syntaxError(problem: string): CodedError {
    return refuse(syntaxErrorText(this.sql, this.peek(), problem));
  }
}
