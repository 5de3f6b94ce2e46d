// @ts-check

/**
 * Short ticked lines on stderr, one per step that had something to do.
 *
 * @typedef {object} Progress
 * @property {<T>(label: string, hint: string, work: () => Promise<T>) => Promise<T>} step - tick when `work` is done
 * @property {(text: string) => void} note - a line about something left out
 * @property {(text: string) => void} problem - shown even when quiet
 */

/**
 * @param {{ write(text: string): unknown, isTTY?: boolean }} out
 * @param {boolean} quiet
 * @param {() => number} now - monotonic, milliseconds
 * @returns {Progress}
 */
export function progress(out, quiet, now = () => performance.now()) {
  /** Labels of running steps, on a terminal shown on one line that is rewritten. */
  const running = new Set();
  const redraw = () => {
    if (out.isTTY && !quiet) {
      out.write(`\r\u001b[2K${running.size > 0 ? `… ${[...running].join(", ")}` : ""}`);
    }
  };
  const line = (/** @type {string} */ text) => {
    if (out.isTTY && !quiet) out.write("\r\u001b[2K");
    out.write(`${text}\n`);
    redraw();
  };
  return {
    async step(label, hint, work) {
      const began = now();
      running.add(`${label} (${hint})`);
      if (!out.isTTY && !quiet) line(`… ${label} (${hint})`);
      redraw();
      try {
        return await work().then((result) => {
          running.delete(`${label} (${hint})`);
          if (!quiet) line(`✓ ${label} ${((now() - began) / 1000).toFixed(1)} s`);
          return result;
        });
      } finally {
        running.delete(`${label} (${hint})`);
        redraw();
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
