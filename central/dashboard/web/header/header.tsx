import { useContext, useState } from "preact/hooks";
import { CLOCK_TRUST_MS } from "../../../../schemas/page/page.ts";
import { ageWords } from "../rules/freshness.ts";
import { countByHealth } from "../rules/health.ts";
import { textOf } from "../rules/words.ts";
import { useTexts } from "../state/language.tsx";
import { useTimeline } from "../state/past.ts";
import { BREAK_HREF } from "../state/route.ts";
import { applyTheme, storedTheme, THEMES } from "../state/theme.ts";
import { useTrials } from "../state/trials.ts";
import { StoreContext, useFreshness, useNow, usePage } from "../state/use.ts";

export function Header({ onHelp }: { readonly onHelp: () => void }) {
  const texts = useTexts();
  return (
    <header class="header">
      <h1 class="wordmark">
        <a href="#/">Elevated</a>
      </h1>
      <ServiceClock />
      <Emulated />
      <Weather />
      <DeviceCounts />
      <div class="controls">
        <BreakIt />
        <Replay />
        <Pause />
        <ThemeChoice />
        <button type="button" class="control" onClick={onHelp}>
          <span class="glyph-text" aria-hidden="true">
            ?
          </span>
          <span class="control-word">{texts.page.header.help}</span>
        </button>
      </div>
    </header>
  );
}

function ServiceClock() {
  const texts = useTexts();
  const clock = usePage(({ state }) => state?.clock ?? null);
  const now = useNow(250);
  if (!clock) return <p class="fact clock muted">{texts.page.header.noClock}</p>;
  const elapsed = Math.min(Math.max(0, now - clock.at), CLOCK_TRUST_MS);
  const service = clock.service + elapsed * (clock.speed ?? 1);
  return (
    <p class="fact clock" title={texts.page.header.clockTitle}>
      <time dateTime={new Date(service).toISOString()}>{texts.clockTime(service)}</time>
      <span class="clock-more"> {texts.clockDay(service)}</span>
    </p>
  );
}

function Emulated() {
  const texts = useTexts();
  const speed = usePage(({ state }) => state?.clock?.speed ?? null);
  return <p class="fact emulated muted">{texts.page.emulated(speed)}</p>;
}

function Weather() {
  const texts = useTexts();
  const weather = usePage(({ state }) => state?.weather ?? null);
  return (
    <p class="fact weather">
      {weather ? (
        <>
          {Math.round(weather.temperature)} °F{" "}
          <span class="muted">{textOf(texts.page.sky, weather.status).replaceAll("_", " ")}</span>
        </>
      ) : (
        <span class="muted">{texts.page.header.noWeather}</span>
      )}
    </p>
  );
}

function DeviceCounts() {
  const texts = useTexts();
  const devices = usePage(({ state }) => state?.devices);
  const freshness = useFreshness();
  const now = useNow(1_000);
  if (!devices || Object.keys(devices).length === 0)
    return <p class="fact devices muted">{texts.page.header.noDevice}</p>;
  const counts = countByHealth(devices);
  const silent = counts.offline + counts.stale;
  const age = ageWords(freshness, now, texts);
  return (
    <p class="fact devices" data-stale={age !== ""}>
      <span>
        <i class="sign" data-state="online" aria-hidden="true" />
        {texts.page.header.online(counts.online)}
      </span>
      {counts.late > 0 ? (
        <span>
          <i class="sign" data-state="late" aria-hidden="true" />
          {texts.page.header.late(counts.late)}
        </span>
      ) : null}
      <span class={silent > 0 ? "act" : "muted"}>
        <i class="sign" data-state="offline" aria-hidden="true" />
        {texts.page.header.offline(silent)}
      </span>
      {counts.never_seen > 0 ? (
        <span class="muted">
          <i class="sign" data-state="never_seen" aria-hidden="true" />
          {texts.page.header.neverSeen(counts.never_seen)}
        </span>
      ) : null}
      {age === "" ? null : <span class="act as-of">{age}</span>}
    </p>
  );
}

/** Only where this page may do it. */
function BreakIt() {
  const texts = useTexts();
  const { offer } = useTrials();
  const { past } = useTimeline();
  if (offer.access === "no" || past) return null;
  return (
    <a class="control" href={BREAK_HREF}>
      <span class="glyph" data-glyph="break" aria-hidden="true" />
      <span class="control-word">{texts.page.breakIt}</span>
    </a>
  );
}

/** Any moment that Kafka still holds. */
function Replay() {
  const texts = useTexts();
  const { past, enter } = useTimeline();
  if (past) return null;
  return (
    <button type="button" class="control" onClick={() => enter(null)}>
      <span class="glyph" data-glyph="replay" aria-hidden="true" />
      <span class="control-word">{texts.page.replay}</span>
    </button>
  );
}

function Pause() {
  const texts = useTexts();
  const store = useContext(StoreContext);
  const paused = usePage((view) => view.paused);
  const { past } = useTimeline();
  if (past) return null;
  return (
    <button type="button" class="control pause" aria-pressed={paused} onClick={() => store.pause(!paused)}>
      <span class="glyph" data-glyph={paused ? "resume" : "pause"} aria-hidden="true" />
      <span class="control-word">{paused ? texts.page.header.resume : texts.page.pause}</span>
    </button>
  );
}

function ThemeChoice() {
  const texts = useTexts();
  const [theme, setTheme] = useState(storedTheme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const change = (): void => {
    setTheme(next);
    applyTheme(next);
  };
  return (
    <button type="button" class="control theme" onClick={change} title={texts.page.header.themeTo[next]}>
      <span class="glyph" data-glyph={theme} aria-hidden="true" />
      <span class="control-word">
        <span class="visually-hidden">{texts.page.header.theme}</span>
        {texts.page.header.themes[theme]}
      </span>
    </button>
  );
}
