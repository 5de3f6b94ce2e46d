import type { PartReport } from "../supervise/supervisor.ts";

/** Where text for a person goes. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const ERASE_LINE = "\r\u001b[2K";

/** How a system comes up, one line per part; then one line of figures, on a terminal always the same line. */
export interface Printer {
  part(report: PartReport): void;
  line(text: string): void;
  status(text: string): void;
}

export const silentPrinter: Printer = { part() {}, line() {}, status() {} };

/** One JSON object per line and change, for programs. */
export function jsonPrinter(out: Terminal): Printer {
  return {
    part: (report) => void out.write(`${JSON.stringify(report)}\n`),
    line() {},
    status() {},
  };
}

export function textPrinter(out: Terminal): Printer {
  let shown = false;
  const clear = (): void => {
    if (shown) out.write(ERASE_LINE);
    shown = false;
  };
  return {
    part(report) {
      const text = describePart(report);
      if (text === undefined) return;
      clear();
      out.write(`${text}\n`);
    },
    line(text) {
      clear();
      out.write(`${text}\n`);
    },
    status(text) {
      if (!out.isTTY) {
        out.write(`${text}\n`);
        return;
      }
      clear();
      out.write(text.slice(0, (out.columns || 80) - 1));
      shown = true;
    },
  };
}

/** What a change of a part says to a person; undefined for changes that say nothing. */
export function describePart(report: PartReport): string | undefined {
  const { name, state, ms, url, reason, restarts } = report;
  switch (state) {
    case "ready": {
      const time = ms === null ? "" : `${(ms / 1000).toFixed(1)} s`.padStart(7);
      const again = restarts > 0 ? `  (start ${restarts + 1})` : "";
      return `  ✓ ${name.padEnd(16)}${time}${url ? `  ${url}` : ""}${again}`;
    }
    case "restarting":
      return `  ↻ ${name.padEnd(16)} ${reason ?? "ended"}; starting it again`;
    case "failed":
      return `  ✗ ${name.padEnd(16)} ${reason ?? "failed"}`;
    default:
      return undefined;
  }
}
