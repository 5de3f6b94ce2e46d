import { appendFileSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { printableLines } from "../../../infra/runtime/text/printable.ts";
import type { KsqlClient } from "../client.ts";
import { isComplete } from "../script.ts";
import { ShellSession } from "./session.ts";

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
  // Names, values and errors come from the server, and what it says from any writer of a topic.
  const say = (line: string): void => void output.write(`${printableLines(line)}\n`);
  const readline = createInterface({
    input,
    output,
    terminal,
    prompt: PROMPT,
    historySize: HISTORY,
    history: readHistory(options.historyFile),
  });
  const session = new ShellSession(client, say);
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
    // A history that cannot be kept is no error.
  }
}
