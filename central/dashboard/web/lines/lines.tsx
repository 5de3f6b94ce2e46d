import { useState } from "preact/hooks";
import type { Line } from "../../../../schemas/network/network.ts";
import { LineMap } from "../map/map.tsx";
import { LINE_NAMES } from "../rules/stops.ts";
import { useTexts } from "../state/language.tsx";
import { type Layout, useLayout } from "../state/layout.ts";
import { useMedia } from "../state/use.ts";
import { useWallLayout } from "../state/wall.ts";
import { LineBadge } from "./badge.tsx";
import { HorizontalStrip } from "./horizontal-strip.tsx";
import { useLines } from "./use-line.ts";
import { VerticalStrip } from "./vertical-strip.tsx";

/** Too narrow for thirty-three stops side by side. */
export const NARROW = "(max-width: 719px)";

const LAYOUTS: readonly Layout[] = ["map", "strips"];

export function Lines() {
  const narrow = useMedia(NARROW);
  return narrow ? <LineTabs /> : <WideLines />;
}

function WideLines() {
  const { layout: chosen, both, choose } = useLayout();
  const layout = useWallLayout() ?? chosen;
  const lines = useLines();
  return (
    <div class="lines">
      {both ? <LayoutChoice layout={layout} onChoose={choose} /> : null}
      {layout === "map" ? (
        <LineMap />
      ) : (
        <div class="strips">
          {lines.map((line) => (
            <HorizontalStrip key={line} line={line} />
          ))}
        </div>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly layout: Layout;
  readonly onChoose: (layout: Layout) => void;
}

function LayoutChoice({ layout, onChoose }: ChoiceProps) {
  const texts = useTexts();
  return (
    <fieldset class="layouts">
      <legend class="visually-hidden">{texts.lines.linesAs}</legend>
      {LAYOUTS.map((name) => (
        <button
          key={name}
          type="button"
          class="control"
          aria-pressed={layout === name}
          onClick={() => onChoose(name)}
        >
          {texts.lines[name]}
        </button>
      ))}
    </fieldset>
  );
}

function LineTabs() {
  const texts = useTexts();
  const lines = useLines();
  const [wanted, setChosen] = useState<Line>("red");
  const chosen = lines.includes(wanted) ? wanted : (lines[0] ?? wanted);
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    const next = lines[(lines.indexOf(chosen) + by + lines.length) % lines.length] ?? chosen;
    setChosen(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="line-tabs">
      <div class="tabs" role="tablist" aria-label={texts.lines.tabs}>
        {lines.map((line) => (
          <button
            key={line}
            type="button"
            role="tab"
            id={`tab-${line}`}
            class={`tab line-${line}`}
            aria-selected={line === chosen}
            aria-controls="line-panel"
            tabIndex={line === chosen ? 0 : -1}
            onClick={() => setChosen(line)}
            onKeyDown={move}
          >
            <LineBadge line={line} /> {LINE_NAMES[line]}
          </button>
        ))}
      </div>
      <div id="line-panel" role="tabpanel" aria-labelledby={`tab-${chosen}`}>
        <VerticalStrip key={chosen} line={chosen} />
      </div>
    </div>
  );
}
