import { useState } from "preact/hooks";
import { VehicleTable } from "../fleet/table.tsx";
import { Headways } from "../headway/headway.tsx";
import { useTexts } from "../state/language.tsx";
import { stationHref } from "../state/route.ts";
import { usePage } from "../state/use.ts";
import { Attention } from "./attention.tsx";
import { StationTable, useFoundStations } from "./station-table.tsx";
import { TABS, type Tab, TabList } from "./tabs.tsx";

/** What needs a look, then every station, or every vehicle where there are some. */
export function Overview() {
  return (
    <div class="overview">
      <Attention />
      <Headways />
      <Tables />
    </div>
  );
}

function Tables() {
  const texts = useTexts();
  const vehicles = usePage(({ state }) => Object.keys(state?.vehicles ?? {}).length > 0);
  const refused = usePage(({ state }) => state?.fleet.refused.length ?? 0);
  const [chosen, choose] = useState<Tab>("stations");
  const [text, setText] = useState("");
  const found = useFoundStations(text);
  const both = vehicles || refused > 0;
  const shown = both ? chosen : "stations";
  return (
    <section class="stations" aria-labelledby={shown}>
      <div class="stations-head">
        {both ? (
          <TabList
            chosen={shown}
            onChoose={choose}
            words={{
              stations: texts.station.stations,
              vehicles: refused > 0 ? texts.station.vehiclesRefused(refused) : texts.station.vehicles,
            }}
          />
        ) : (
          <h2 id="stations">{texts.station.stations}</h2>
        )}
        <input
          id="search"
          type="search"
          class="search"
          placeholder={texts.station.findHint}
          aria-label={texts.station.find}
          value={text}
          onFocus={() => choose("stations")}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={({ key }) => {
            const [first] = found;
            if (key === "Enter" && first && text.trim() !== "") location.hash = stationHref(first.id);
          }}
        />
      </div>
      {TABS.map((tab) =>
        tab === shown ? (
          <div
            key={tab}
            class="tab-panel"
            id={`${tab}-panel`}
            {...(both ? { role: "tabpanel", "aria-labelledby": tab } : {})}
          >
            {tab === "stations" ? <StationTable found={found} /> : <VehicleTable />}
          </div>
        ) : null,
      )}
    </section>
  );
}
