import { useMemo, useState } from "preact/hooks";
import { VehicleTable } from "../fleet/table.tsx";
import { Headways } from "../headway/headway.tsx";
import { LineBadge } from "../lines/badge.tsx";
import { findStations } from "../rules/search.ts";
import { figure } from "../rules/words.ts";
import { stationHref } from "../state/route.ts";
import { usePage } from "../state/use.ts";
import { Attention } from "./attention.tsx";

/** What needs a look, then every station. */
export function Overview() {
  return (
    <div class="overview">
      <Attention />
      <Headways />
      <StationTable />
      <VehicleTable />
    </div>
  );
}

function StationTable() {
  const stations = usePage(({ state }) => state?.stations);
  const entries = usePage(({ state }) => state?.entries);
  const [text, setText] = useState("");
  const rows = useMemo(() => {
    return [...findStations(Object.values(stations ?? {}), text)].sort((x, y) =>
      x.name.localeCompare(y.name),
    );
  }, [stations, text]);
  return (
    <section class="stations" aria-labelledby="stations">
      <div class="stations-head">
        <h2 id="stations">Stations</h2>
        <input
          id="search"
          type="search"
          class="search"
          placeholder="Find a station"
          aria-label="Find a station"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={({ key }) => {
            const [first] = rows;
            if (key === "Enter" && first && text.trim() !== "") location.hash = stationHref(first.id);
          }}
        />
      </div>
      <div class="table-scroll" tabIndex={-1}>
        <table>
          <thead>
            <tr>
              <th scope="col">Station</th>
              <th scope="col">Lines</th>
              <th scope="col" class="number">
                Entries
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, name, stops }) => (
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
                  {figure(entries?.[id])}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 ? (
          <p class="muted">
            {stations && Object.keys(stations).length > 0 ? "No station of that name." : "No stations yet."}
          </p>
        ) : null}
      </div>
    </section>
  );
}
