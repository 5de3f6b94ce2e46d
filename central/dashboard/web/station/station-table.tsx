import { useMemo } from "preact/hooks";
import type { StationView } from "../../../../schemas/page/page.ts";
import { LineBadge } from "../lines/badge.tsx";
import { findStations } from "../rules/search.ts";
import { useTexts } from "../state/language.tsx";
import { stationHref } from "../state/route.ts";
import { usePage } from "../state/use.ts";

/** Stations of this name, by name; all where nothing is searched for. */
export function useFoundStations(text: string): readonly StationView[] {
  const stations = usePage(({ state }) => state?.stations);
  return useMemo(
    () => [...findStations(Object.values(stations ?? {}), text)].sort((x, y) => x.name.localeCompare(y.name)),
    [stations, text],
  );
}

/** Each with its lines and its entries so far. */
export function StationTable({ found }: { readonly found: readonly StationView[] }) {
  const texts = useTexts();
  const known = usePage(({ state }) => Object.keys(state?.stations ?? {}).length > 0);
  const entries = usePage(({ state }) => state?.entries);
  return (
    <div class="table-scroll" tabIndex={-1}>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.station.station}</th>
            <th scope="col">{texts.station.lines}</th>
            <th scope="col" class="number">
              {texts.station.entriesHead}
            </th>
          </tr>
        </thead>
        <tbody>
          {found.map(({ id, name, stops }) => (
            <tr key={id}>
              <th scope="row">
                <a href={stationHref(id)}>{name}</a>
              </th>
              <td>
                <span class="badges">
                  {stops.map(({ line }) => (
                    <LineBadge key={line} line={line} />
                  ))}
                </span>
              </td>
              <td class="number" data-missing={entries?.[id] === undefined}>
                {texts.figure(entries?.[id])}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length === 0 ? (
        <p class="muted">{known ? texts.station.noneOfThatName : texts.station.noneYet}</p>
      ) : null}
    </div>
  );
}
