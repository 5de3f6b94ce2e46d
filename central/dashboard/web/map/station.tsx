import type { StationView } from "../../../../schemas/page/page.ts";
import { useEntries } from "../lines/use-line.ts";
import type { Label } from "../rules/labels.ts";
import type { Point } from "../rules/projection.ts";
import { useTexts } from "../state/language.tsx";
import { stationHref } from "../state/route.ts";
import { useStationHealth } from "./use-station.ts";
import { walkMap } from "./walk.ts";

interface Props extends Point {
  readonly station: StationView;
  /** undefined: no room for its name; it is told on hover and focus. */
  readonly label: Label | undefined;
  /** One station is in the tab order; arrows walk the others. */
  readonly tabbed: boolean;
  readonly onFocus: () => void;
}

export function MapStation({ station, x, y, label, tabbed, onFocus }: Props) {
  const texts = useTexts();
  const entries = useEntries(station.id);
  const health = useStationHealth(station.id);
  const counted = entries === null ? texts.figure(null) : texts.page.entries(entries);
  const words = `${station.name}: ${counted}${health === "silent" ? `, ${texts.lines.deviceSilent}` : ""}`;
  return (
    <a
      class="map-station"
      href={stationHref(station.id)}
      aria-label={words}
      // Of SVG, only the attribute in small letters counts.
      tabindex={tabbed ? 0 : -1}
      data-health={health}
      data-change={station.stops.length > 1}
      data-x={x}
      data-y={y}
      onFocus={onFocus}
      onKeyDown={walkMap}
    >
      <circle class="map-reach" cx={x} cy={y} r={8} />
      <circle class="map-dot" cx={x} cy={y} r={station.stops.length > 1 || health === "silent" ? 6 : 3} />
      {label?.away ? <line class="map-leader" x1={x} y1={y} x2={label.x} y2={label.y} /> : null}
      <text
        class="map-name"
        data-small={label?.small === true}
        data-room={label !== undefined}
        x={label?.x ?? x + 12}
        y={label?.y ?? y}
        text-anchor={label?.anchor ?? "start"}
      >
        {station.name}
      </text>
    </a>
  );
}
