import { tooHigh, tooWide } from "./room.ts";
import { smallTargets } from "./targets.ts";
import { wrongTexts } from "./text.ts";

export interface Rules {
  /** For fingers. */
  readonly touch: boolean;
  /** Stations that must be in sight on a first screen without scrollbar; 0: any screen. */
  readonly rows: number;
}

/** What a reader would call wrong in the layout as it stands; empty: nothing. */
export function misplaced({ touch, rows }: Rules): string[] {
  return [
    ...new Set([
      ...wrongTexts(),
      ...tooWide(),
      ...(rows > 0 ? tooHigh(rows) : []),
      ...(touch ? smallTargets() : []),
    ]),
  ];
}
