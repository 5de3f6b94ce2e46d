import type { InFlight, Verdict } from "../../../../schemas/audit.ts";
import type { Tick, TickKind } from "../../../../schemas/page/history.ts";
import type { AuditView } from "../../../audit/view.ts";
import { findingWords } from "../../../audit/words.ts";

/** Kept at most, the oldest are dropped. */
const MOST = 400;

/** What happened, as far as it was said: verdicts that did not hold, silences, and trials begun from a page. */
export class Ticks {
  #past: Tick[] = [];
  /** What goes on now, by kind and name. */
  readonly #open = new Map<string, Tick>();

  see(verdict: Verdict): void {
    const now = new Map<string, Tick>();
    const put = (kind: TickKind, at: number, words: string): void => {
      now.set(`${kind} ${kind === "silence" ? words : ""}`, { kind, at, until: null, words });
    };
    const { state, since, silent, reasons, asOf, inFlight } = verdict;
    // Where only a device is silent, that says all.
    const isStalled = state === "stalled" && (silent.length === 0 || inFlight.some(stands));
    if (state === "broken" || isStalled) put(state, since, reasons[0] ?? state);
    for (const { name, since: from, reason } of silent) put("silence", from, `${name}: ${reason}.`);
    for (const [key, tick] of this.#open) {
      if (now.has(key)) continue;
      this.#open.delete(key);
      this.#end({ ...tick, until: Math.max(tick.at, asOf) });
    }
    for (const [key, tick] of now) if (!this.#open.has(key)) this.#open.set(key, tick);
  }

  trial(at: number, words: string): void {
    this.#end({ kind: "trial", at, until: null, words });
  }

  /** Oldest first, with what the auditor found. */
  all(findings: AuditView["findings"]): readonly Tick[] {
    const found = findings.slice(-MOST).map(
      (finding): Tick => ({
        kind: finding.cause === null ? "finding" : "loss",
        at: finding.firstSeen,
        until: null,
        words: findingWords(finding),
      }),
    );
    return [...this.#past, ...this.#open.values(), ...found].sort((x, y) => x.at - y.at).slice(-MOST);
  }

  #end(tick: Tick): void {
    this.#past.push(tick);
    if (this.#past.length > MOST) this.#past.shift();
  }
}

function stands({ state }: InFlight): boolean {
  return state === "stalled";
}
