import { messageOf } from "../../../schemas/errors.ts";
import type { KsqlClient, ShellSettings } from "../client.ts";
import { isWord, type ScriptToken, statementTexts, tokenize, unquote } from "../script.ts";
import { renderEntity } from "./render.ts";
import { formatRow, formatTable, streamingWidths } from "./table.ts";

/** What a person typed, carried out; properties and variables are kept here, as ksqlDB's own client keeps them. */
export class ShellSession {
  readonly #client: KsqlClient;
  readonly #say: (line: string) => void;
  readonly #properties = new Map<string, string>();
  readonly #variables = new Map<string, string>();
  #running: AbortController | undefined;

  constructor(client: KsqlClient, say: (line: string) => void) {
    this.#client = client;
    this.#say = say;
  }

  /** @returns whether there was a query to end. */
  interrupt(): boolean {
    this.#running?.abort();
    return this.#running !== undefined;
  }

  /** One statement after the other; the first that fails ends it. */
  async run(text: string): Promise<void> {
    try {
      for (const statement of statementTexts(text)) await this.#statement(statement);
    } catch (error) {
      this.#say(messageOf(error));
    }
  }

  #state(): ShellSettings {
    return {
      properties: Object.fromEntries(this.#properties),
      variables: Object.fromEntries(this.#variables),
    };
  }

  async #statement(text: string): Promise<void> {
    const [first, second, third, fourth] = tokenize(text);
    const assigned = second && third?.text === "=" && fourth;
    if (isWord(first, "SELECT") || isWord(first, "PRINT")) await this.#query(text);
    else if (isWord(first, "SET") && assigned) await this.#set(text, second, fourth);
    else if (isWord(first, "UNSET") && second) this.#unset(unquote(second));
    else if (isWord(first, "DEFINE") && assigned && fourth.kind === "string") {
      this.#variables.set(unquote(second), unquote(fourth));
    } else if (isWord(first, "UNDEFINE") && second) this.#undefine(unquote(second));
    else if ((isWord(first, "SHOW") || isWord(first, "LIST")) && isWord(second, "VARIABLES")) {
      const rows = [...this.#variables];
      for (const line of rows.length > 0 ? formatTable(["Variable", "Value"], rows) : ["(none)"])
        this.#say(line);
    } else {
      const entities = await this.#client.run(text, this.#state());
      for (const line of entities.flatMap(renderEntity)) this.#say(line);
    }
  }

  async #set(text: string, name: ScriptToken, value: ScriptToken): Promise<void> {
    // The server checks the name; for this session it is the client that keeps it.
    await this.#client.run(text);
    const [property, to] = [unquote(name), unquote(value)];
    const from = this.#properties.get(property);
    this.#properties.set(property, to);
    this.#say(
      `Successfully changed local property '${property}' ${from === undefined ? "" : `from '${from}' `}to '${to}'.`,
    );
  }

  #unset(property: string): void {
    const was = this.#properties.get(property);
    this.#properties.delete(property);
    this.#say(
      was === undefined
        ? `Property '${property}' was not set in this session.`
        : `Successfully unset local property '${property}' (value was '${was}').`,
    );
  }

  #undefine(variable: string): void {
    if (!this.#variables.delete(variable))
      this.#say(`Variable '${variable}' was not defined in this session.`);
  }

  async #query(text: string): Promise<void> {
    const abort = new AbortController();
    this.#running = abort;
    let names: readonly string[] = [];
    let widths: readonly number[] | undefined;
    let rows = 0;
    try {
      for await (const line of this.#client.query(text, this.#state(), abort.signal)) {
        if (line.kind === "header") names = line.names;
        else {
          if (!widths) {
            widths = streamingWidths(names, line.values);
            if (names.length > 0) {
              this.#say(formatRow(names, widths));
              this.#say(widths.map((width) => "─".repeat(width)).join("  "));
            }
          }
          this.#say(names.length > 0 ? formatRow(line.values, widths) : String(line.values[0]));
          rows++;
        }
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    } finally {
      this.#running = undefined;
    }
    this.#say(`${rows} row${rows === 1 ? "" : "s"}${abort.signal.aborted ? ", ended" : ""}`);
  }
}
