import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { printable } from "../../../runtime/text/printable.ts";

const TAIL_BYTES = 4096;

/** The last line of a log that says something, shortened; "" when there is none. */
export function lastWords(log: string): string {
  const lines = tail(log)
    .split("\n")
    .map((line) => message(line.trim()))
    .filter((line) => line !== "" && !/^(at |\.\.\. \d+ more|Node\.js v)/.test(line));
  return printable(lines.at(-1) ?? "").slice(0, 300);
}

/** The text of one of our own JSON log lines; any other line as it is. */
function message(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { msg } = JSON.parse(line) as { msg?: unknown };
    return typeof msg === "string" ? msg : line;
  } catch {
    return line;
  }
}

function tail(log: string): string {
  let fd: number;
  try {
    fd = openSync(log, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString("utf8");
  } finally {
    closeSync(fd);
  }
}
