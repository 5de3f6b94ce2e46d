import type { Silence } from "./totals.ts";

/** More silences than this are counted instead of named. */
const NAMED = 3;

/** "1 entry", "9 entries", "81,204 entries". */
export function sentence(entries: number): string {
  return `${entries.toLocaleString("en-US")} ${entries === 1 ? "entry" : "entries"}`;
}

/** "12 s ago", "4 min ago", "2 h ago". */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}

/** "Turnstile 40380-T1: unplugged, 12 s ago. 9 entries wait in it." */
export function silentWords(silent: readonly Silence[], now: number): string[] {
  const words = silent.slice(0, NAMED).map(({ name, turnstiles, reason, since, waiting }) => {
    const known =
      waiting === 0
        ? ""
        : ` ${sentence(waiting)} ${waiting === 1 ? "waits" : "wait"} ${turnstiles === 1 ? "in it" : "there"}.`;
    return `${name}: ${reason}, ${ago(now - since)}.${known}`;
  });
  const more = silent.slice(NAMED);
  if (more.length > 0) {
    const turnstiles = more.reduce((sum, silence) => sum + silence.turnstiles, 0);
    const waiting = more.reduce((sum, silence) => sum + silence.waiting, 0);
    words.push(
      `${turnstiles} more turnstile${turnstiles === 1 ? " is" : "s are"} silent, ${sentence(waiting)} in them.`,
    );
  }
  return words;
}
