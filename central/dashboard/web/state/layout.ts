import { useState } from "preact/hooks";
import { useMedia } from "./use.ts";

/** How the lines are drawn where there is room for both. */
export type Layout = "strips" | "map";

const KEY = "elevated-lines";
/** Names on the map can be read from here on, and are as large as on the strips from there. */
const ROOM = "(min-width: 960px)";
const WIDE = "(min-width: 1360px)";

export interface Layouts {
  readonly layout: Layout;
  /** Is there a choice at this width? */
  readonly both: boolean;
  readonly choose: (layout: Layout) => void;
}

/** The reader's choice, remembered; until there is one the map on a desktop and strips on less. */
export function useLayout(): Layouts {
  const both = useMedia(ROOM);
  const wide = useMedia(WIDE);
  const [chosen, setChosen] = useState(stored);
  const choose = (layout: Layout): void => {
    setChosen(layout);
    try {
      localStorage.setItem(KEY, layout);
    } catch {
      // A private window: the choice lasts as long as the page.
    }
  };
  const layout = chosen ?? (wide ? "map" : "strips");
  return { layout: both ? layout : "strips", both, choose };
}

function stored(): Layout | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "strips" || value === "map" ? value : null;
  } catch {
    return null;
  }
}
