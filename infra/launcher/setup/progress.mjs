// @ts-check

/**
 * How far a step is.
 *
 * @typedef {object} Advance
 * @property {number} done
 * @property {number} total - 0: unknown
 * @property {number} [bytes] - fetched or written so far
 */

/**
 * Short ticked lines on stderr, one per step that had something to do; while it runs, how far it is.
 *
 * @typedef {object} Progress
 * @property {<T>(label: string, hint: string, work: (advance: (now: Advance) => void) => Promise<T>) => Promise<T>} step -
 * tick when `work` is done
 * @property {(text: string) => void} note - a line about something left out
 * @property {(text: string) => void} problem - shown even when quiet
 */

const BAR = 16;
/** Where lines stay, one tells so often how far a step is. */
const LINE_EVERY_MS = 10_000;
/** When quiet, only what takes longer is told of: a person would wonder. */
const QUIET_MS = 3_000;
/** A line that is rewritten is not rewritten more often. */
const REDRAW_EVERY_MS = 100;

/**
 * @param {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} out
 * @param {boolean} quiet
 * @param {() => number} now - monotonic, milliseconds
 * @returns {Progress}
 */
export function progress(out, quiet, now = () => performance.now()) {
  const rewrites = out.isTTY === true;
  /** @type {Map<string, { readonly hint: string, at: Advance | null, told: number }>} those that are told of */
  const running = new Map();
  let drawn = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;

  const erase = () => {
    if (drawn > 0) out.write(`\r\u001b[2K${"\u001b[1A\u001b[2K".repeat(drawn - 1)}`);
    drawn = 0;
  };
  const draw = () => {
    if (!rewrites) return;
    erase();
    const lines = [...running].map(
      ([label, { hint, at }]) => `… ${label}${at ? ` ${bar(at)}` : ` (${hint})`}`,
    );
    out.write(lines.map((text) => text.slice(0, (out.columns || 80) - 1)).join("\n"));
    drawn = lines.length;
    drawnAt = now();
  };
  const line = (/** @type {string} */ text) => {
    erase();
    out.write(`${text}\n`);
    draw();
  };
  return {
    async step(label, hint, work) {
      const began = now();
      const step = { hint, at: /** @type {Advance | null} */ (null), told: began };
      const tell = () => {
        running.set(label, step);
        if (rewrites) draw();
        else line(`… ${label} (${hint})`);
      };
      const timer = quiet ? setTimeout(tell, QUIET_MS) : undefined;
      if (!quiet) tell();
      const advance = (/** @type {Advance} */ at) => {
        step.at = at;
        if (!running.has(label)) return;
        if (rewrites && now() - drawnAt >= REDRAW_EVERY_MS) draw();
        if (rewrites || now() - step.told < LINE_EVERY_MS) return;
        step.told = now();
        line(`… ${label}: ${amount(at)}`);
      };
      try {
        const result = await work(advance);
        if (running.delete(label)) line(`✓ ${label} ${((now() - began) / 1000).toFixed(1)} s`);
        return result;
      } finally {
        clearTimeout(timer);
        running.delete(label);
        draw();
      }
    },
    note(text) {
      if (!quiet) line(`· ${text}`);
    },
    problem(text) {
      line(`✗ ${text}`);
    },
  };
}

/** @param {Advance} at */
function bar(at) {
  const full = at.total > 0 ? Math.round((BAR * Math.min(at.done, at.total)) / at.total) : 0;
  return `${"█".repeat(full)}${"░".repeat(BAR - full)} ${amount(at)}`;
}

/**
 * @param {Advance} at
 * @returns {string} for example "212 of 253, 96 MB"
 */
export function amount({ done, total, bytes = 0 }) {
  const count = total > 0 ? `${Math.min(done, total)} of ${total}` : String(done);
  return bytes > 0 ? `${count}, ${Math.round(bytes / 1e6)} MB` : count;
}
