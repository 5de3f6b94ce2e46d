import { useState } from "preact/hooks";
import { BreakSheet } from "./break/sheet.tsx";
import { Banner } from "./header/banner.tsx";
import { Header } from "./header/header.tsx";
import { IncidentList } from "./incident/list.tsx";
import { IncidentSheet } from "./incident/sheet.tsx";
import { Lines } from "./lines/lines.tsx";
import { Help } from "./parts/help.tsx";
import { useKeys } from "./parts/keys.ts";
import { LiveRegion } from "./parts/live-region.tsx";
import { Starting } from "./parts/starting.tsx";
import { Title } from "./parts/title.tsx";
import { Pipeline } from "./pipeline/pipeline.tsx";
import { Proof, ProofBar } from "./pipeline/proof.tsx";
import { ProofSheet } from "./pipeline/proof-sheet.tsx";
import { useTimeline } from "./state/past.ts";
import { useRoute } from "./state/route.ts";
import { useNow, usePage } from "./state/use.ts";
import { isNight, WALL } from "./state/wall.ts";
import { Overview } from "./station/overview.tsx";
import { StationSheet } from "./station/sheet.tsx";
import { TrainSheet } from "./station/train-sheet.tsx";
import { Story } from "./story/lazy.tsx";

export function App() {
  const route = useRoute();
  const started = usePage(({ state }) => state !== null && Object.keys(state.stations).length > 0);
  const [help, setHelp] = useState(false);
  useKeys({ onHelp: () => setHelp(true), sheetOpen: route.at !== "overview" });
  const lost = usePage(({ link }) => link.state === "lost");
  const night = isNight(useNow(60_000));
  const { past } = useTimeline();
  return (
    <div class="page" data-lost={lost} data-wall={WALL} data-night={night} data-past={past !== null}>
      <Header onHelp={() => setHelp(true)} />
      <Banner />
      {past ? <past.Bar /> : null}
      <main class="main">
        <div class="view">
          {route.at === "story" ? <Story of={route.of} /> : started ? <Lines /> : <Starting />}
        </div>
        <aside class="side" data-open={route.at !== "overview" && route.at !== "story"}>
          {route.at === "station" ? <StationSheet key={route.id} id={route.id} /> : null}
          {route.at === "train" ? <TrainSheet key={route.id} id={route.id} /> : null}
          {route.at === "break" ? <BreakSheet /> : null}
          {route.at === "proof" ? <ProofSheet finding={route.finding} /> : null}
          {route.at === "incidents" ? <IncidentList /> : null}
          {route.at === "incident" ? <IncidentSheet key={route.id} id={route.id} /> : null}
          {route.at === "overview" || route.at === "story" ? <Overview /> : null}
        </aside>
        <footer class="ribbon">
          <Proof />
          {past ? <past.Recount /> : null}
          <Pipeline />
        </footer>
      </main>
      <ProofBar />
      <Help open={help} onClose={() => setHelp(false)} />
      <LiveRegion />
      <Title />
      <Hatches />
    </div>
  );
}

/** Patterns of trains that were not seen for long. */
function Hatches() {
  return (
    <svg class="definitions" aria-hidden="true">
      <defs>
        {["red", "blue", "green"].map((line) => (
          <pattern
            key={line}
            id={`hatch-${line}`}
            width="4"
            height="4"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="4" height="4" fill="var(--surface)" />
            <rect width="1.5" height="4" fill={`var(--${line}-fill)`} />
          </pattern>
        ))}
      </defs>
    </svg>
  );
}
