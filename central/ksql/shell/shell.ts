import { appendFileSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { messageOf } from "../../../schemas/errors.ts";
import type { KsqlClient, Properties } from "../client.ts";
import { isComplete, isWord, statementTexts, type Token, tokenize, unquote } from "../script.ts";
import { renderEntity } from "./render.ts";
import { formatRow, streamingWidths } from "./table.ts";

interface ShellOptions {
  readonly client: KsqlClient;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Statements of earlier sessions, one a line. */
  readonly historyFile: string;
  readonly terminal: boolean;
}

const PROMPT = "ksql> ";
const MORE = "  ... ";
const HISTORY = 500;
const HELP = `Statements end with a semicolon and may take several lines:
  SHOW STREAMS;  SHOW TABLES;  SHOW QUERIES;  SHOW TOPICS;  DESCRIBE TURNSTILE;
  SELECT * FROM TURNSTILE_SUMMARY;                       the counts now
  SELECT * FROM TURNSTILE_SUMMARY EMIT CHANGES;          and as they change, until Ctrl+C
  SET 'auto.offset.reset' = 'earliest';                  for this session's queries
Ctrl+C ends the running query; exit, or Ctrl+D, ends the client.`;

/** The interactive client: resolves when the user leaves. */
export function runShell(options: ShellOptions): Promise<void> {
  const { client, input, output, terminal } = options;
  const say = (line: string): void => void output.write(`${line}\n`);
  const readline = createInterface({
    input,
    output,
    terminal,
    prompt: PROMPT,
    historySize: HISTORY,
    history: readHistory(options.historyFile),
  });
  const session = new Session(client, say);
  let text = "";
  let work: Promise<void> = Promise.resolve();
  const ready = (): void => {
    readline.setPrompt(text === "" ? PROMPT : MORE);
    if (terminal) readline.prompt();
  };
  return new Promise((resolve) => {
    readline.on("line", (line) => {
      if (text === "" && /^\s*(exit|quit)\s*;?\s*$/i.test(line)) {
        readline.close();
        return;
      }
      if (text === "" && /^\s*(help|\?)\s*;?\s*$/i.test(line)) say(HELP);
      else if (line.trim() !== "" || text !== "") text += `${line}\n`;
      if (!isComplete(text)) {
        ready();
        return;
      }
      const statement = text.trim();
      text = "";
      remember(options.historyFile, statement);
      work = work.then(() => session.run(statement)).then(ready);
    });
    readline.on("SIGINT", () => {
      if (session.interrupt()) return;
      text = "";
      say("");
      ready();
    });
    readline.on("close", () => void work.then(resolve));
    ready();
  });
}

class Session {
  readonly #client: KsqlClient;
  readonly #say: (line: string) => void;
  #properties: Properties = {};
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

  async #statement(text: string): Promise<void> {
    const [first, second, third, fourth] = tokenize(text);
    if (isWord(first, "SELECT") || isWord(first, "PRINT")) await this.#query(text);
    else if (isWord(first, "SET") && second && third?.text === "=" && fourth) {
      await this.#set(text, second, fourth);
    } else if (isWord(first, "UNSET") && second) this.#unset(unquote(second));
    else {
      const entities = await this.#client.run(text, this.#properties);
      for (const line of entities.flatMap(renderEntity)) this.#say(line);
    }
  }

  async #set(text: string, name: Token, value: Token): Promise<void> {
    // The server checks the name; for this session it is the client that keeps it.
    await this.#client.run(text);
    const [property, to] = [unquote(name), unquote(value)];
    const from = this.#properties[property];
    this.#properties = { ...this.#properties, [property]: to };
    this.#say(
      `Successfully changed local property '${property}' ${from === undefined ? "" : `from '${from}' `}to '${to}'.`,
    );
  }

  #unset(property: string): void {
    const { [property]: was, ...rest } = this.#properties;
    this.#properties = rest;
    this.#say(
      was === undefined
        ? `Property '${property}' was not set in this session.`
        : `Successfully unset local property '${property}' (value was '${was}').`,
    );
  }

  async #query(text: string): Promise<void> {
    const abort = new AbortController();
    this.#running = abort;
    let names: readonly string[] = [];
    let widths: readonly number[] | undefined;
    let rows = 0;
    try {
      for await (const line of this.#client.query(text, this.#properties, abort.signal)) {
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

/** Newest first, as readline keeps it. */
function readHistory(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).slice(-HISTORY).reverse();
  } catch {
    return [];
  }
}

function remember(file: string, statement: string): void {
  try {
    appendFileSync(file, `${statement.replace(/\s+/g, " ")}\n`, { mode: 0o600 });
  } catch {
    // A history that cannot be kept stops nobody.
  }
}
