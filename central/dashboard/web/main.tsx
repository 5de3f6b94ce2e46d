import { render } from "preact";
import { App } from "./app.tsx";
import { TimelineProvider } from "./replay/timeline.tsx";
import { connect } from "./state/connection.ts";
import { watchDrawn } from "./state/drawn.ts";
import { firstTexts, SpeechProvider } from "./state/language.tsx";
import { PageStore } from "./state/store.ts";
import { applyTheme } from "./state/theme.ts";
import { Trials, TrialsContext } from "./state/trials.ts";
import "./style/tokens.css";
import "./style/base.css";
import "./style/header.css";
import "./style/lines.css";
import "./style/trains.css";
import "./style/map.css";
import "./style/station.css";
import "./style/pipeline.css";
import "./style/proof.css";
import "./style/headway.css";
import "./style/break.css";
import "./style/fleet.css";
import "./style/incident.css";
import "./style/print.css";
import "./style/wall.css";
import "./style/forced.css";

applyTheme();
const store = new PageStore();
const trials = new Trials(store);
const root = document.getElementById("app");
if (root) void start(root);

async function start(root: HTMLElement): Promise<void> {
  const texts = await firstTexts();
  render(
    <SpeechProvider first={texts}>
      <TimelineProvider live={store}>
        <TrialsContext.Provider value={trials}>
          <App />
        </TrialsContext.Provider>
      </TimelineProvider>
    </SpeechProvider>,
    root,
  );
  void trials.ask();
  watchDrawn(store, connect(store));
}
