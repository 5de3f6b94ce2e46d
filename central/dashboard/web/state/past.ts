import { type ComponentType, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { PageStore } from "./store.ts";

/** A moment of the past that the page shows instead of the present. */
export interface Past {
  /** Its clock is the moment's. */
  readonly store: PageStore;
  readonly Bar: ComponentType;
  /** What the proof of the moment is made of, beside the auditor's verdict. */
  readonly Recount: ComponentType;
  stop(): void;
}

/** Present or past. */
export interface Timeline {
  /** null: the page shows the present. */
  readonly past: Past | null;
  /** The address names a moment, which is being read. */
  readonly waiting: boolean;
  /** @param at - epoch ms; null: a minute ago. */
  enter(at: number | null): void;
  leave(): void;
}

export const TimelineContext = createContext<Timeline>({
  ...{ past: null, waiting: false },
  enter: () => {},
  leave: () => {},
});

export function useTimeline(): Timeline {
  return useContext(TimelineContext);
}
