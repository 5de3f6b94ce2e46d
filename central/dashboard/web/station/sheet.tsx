import { useEffect, useRef } from "preact/hooks";
import type { StationDetail } from "../../../../schemas/page/api.ts";
import { LineBadge } from "../lines/badge.tsx";
import { useAnswer } from "../state/answer.ts";
import { useTexts } from "../state/language.tsx";
import { usePage } from "../state/use.ts";
import { DeviceTable } from "./device-table.tsx";
import { LastEntry } from "./path.tsx";
import { SheetHead } from "./sheet-head.tsx";
import { Sparkline } from "./sparkline.tsx";
import { StationTrains } from "./trains.tsx";

/** Everything about one station, beside the lines or over them. */
export function StationSheet({ id }: { readonly id: number }) {
  const texts = useTexts();
  const station = usePage(({ state }) => state?.stations[id]);
  const entries = usePage(({ state }) => state?.entries[id] ?? null);
  const known = usePage(({ state }) => state !== null);
  const detail = useAnswer<StationDetail>(`/api/v1/stations/${id}`);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  if (!station) {
    return (
      <section class="sheet" aria-label={texts.station.station}>
        <SheetHead>
          <h2 ref={heading} tabIndex={-1}>
            {known ? texts.station.notThere(id) : texts.station.station}
          </h2>
        </SheetHead>
      </section>
    );
  }
  return (
    <section class="sheet" aria-labelledby="sheet-name">
      <SheetHead>
        <h2 id="sheet-name" ref={heading} tabIndex={-1}>
          {station.name}
        </h2>
        <span class="badges">
          {station.stops.map(({ line }) => (
            <LineBadge key={line} line={line} />
          ))}
        </span>
      </SheetHead>
      <div class="sheet-entries">
        <p class="sheet-total">
          <strong data-missing={entries === null}>{texts.figure(entries)}</strong>{" "}
          {entries === null ? texts.station.onEntries : texts.station.entries(entries)}
        </p>
        <p class="muted">
          {detail?.thisHour == null ? texts.station.noHour : texts.station.thisHour(detail.thisHour)}
        </p>
        <Sparkline values={detail?.history ?? Array.from({ length: 36 }, () => null)} />
      </div>
      <StationTrains station={station} calls={detail?.calls ?? []} />
      <DeviceTable stationId={id} details={detail?.devices ?? []} />
      <LastEntry path={detail?.path ?? null} />
      <section class="sheet-part">
        <h3>{texts.station.agent}</h3>
        <code class="command">npm run edge -- --station {id}</code>
      </section>
    </section>
  );
}
