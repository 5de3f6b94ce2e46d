import { useRef } from "preact/hooks";

export const TABS = ["stations", "vehicles"] as const;
export type Tab = (typeof TABS)[number];

interface Props {
  readonly chosen: Tab;
  readonly onChoose: (tab: Tab) => void;
  readonly words: Readonly<Record<Tab, string>>;
}

/** One tab stop; arrows choose, as WAI-ARIA's pattern for tabs has it. */
export function TabList({ chosen, onChoose, words }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const other = TABS[(TABS.indexOf(chosen) + 1) % TABS.length] ?? chosen;
  return (
    <div
      class="side-tabs"
      role="tablist"
      aria-label="Side column"
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
