import { useRef } from "preact/hooks";
import { useTexts } from "../state/language.tsx";

export const TABS = ["stations", "vehicles"] as const;
export type Tab = (typeof TABS)[number];

interface Props {
  readonly chosen: Tab;
  readonly onChoose: (tab: Tab) => void;
  readonly words: Readonly<Record<Tab, string>>;
}

/** One tab stop; arrows choose, as WAI-ARIA's pattern for tabs has it. */
export function TabList({ chosen, onChoose, words }: Props) {
  const texts = useTexts();
  const list = useRef<HTMLDivElement>(null);
  const other = TABS[(TABS.indexOf(chosen) + 1) % TABS.length] ?? chosen;
  return (
    <div
      class="side-tabs"
      role="tablist"
      aria-label={texts.station.sideColumn}
      ref={list}
      onKeyDown={(event) => {
        if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
        event.preventDefault();
        onChoose(other);
        list.current?.querySelector<HTMLElement>(`#${other}`)?.focus();
      }}
    >
      {TABS.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={tab}
          class="side-tab"
          aria-selected={tab === chosen}
          {...(tab === chosen ? { "aria-controls": `${tab}-panel` } : {})}
          tabIndex={tab === chosen ? 0 : -1}
          onClick={() => onChoose(tab)}
        >
          {words[tab]}
        </button>
      ))}
    </div>
  );
}
