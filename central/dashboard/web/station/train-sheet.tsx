import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { TrainDetail } from "../../../../schemas/page/api.ts";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { LineBadge } from "../lines/badge.tsx";
import { useStops } from "../lines/use-line.ts";
import { type Gap, headwayOf } from "../rules/headway.ts";
import { orderOf, terminal } from "../rules/stops.ts";
import { howKnown, nextStops } from "../rules/train.ts";
import { minutes } from "../rules/words.ts";
import { useAnswer } from "../state/answer.ts";
import { useTexts } from "../state/language.tsx";
import { stationHref, trainHref } from "../state/route.ts";
import { StoreContext, useNow, usePage } from "../state/use.ts";
import type { Texts } from "../texts/texts.ts";
import { SheetHead } from "./sheet-head.tsx";

/** Stops named ahead of a train. */
const AHEAD = 6;

/** Everything about one train: where it is and how that is known, where it goes, what saw it. */
export function TrainSheet({ id }: { readonly id: string }) {
  const texts = useTexts();
  const train = usePage(({ state }) => state?.trains[id]);
  const known = usePage(({ state }) => state !== null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="sheet" aria-labelledby="sheet-train">
      <SheetHead>
        <h2 id="sheet-train" ref={heading} tabIndex={-1}>
          {texts.train.train(id)}
        </h2>
        {train ? <LineBadge line={train.line} /> : null}
      </SheetHead>
      {train ? <Known train={train} /> : null}
      {train || !known ? null : <p class="muted">{texts.train.notSeen}</p>}
    </section>
  );
}

function Known({ train }: { readonly train: TrainView }) {
  const texts = useTexts();
  const stops = useStops(train.line);
  const stations = usePage(({ state }) => state?.stations);
  const now = useNow(1_000);
  const station = stations?.[train.stationId];
  const order = orderOf(station, train.line) ?? 0;
  return (
    <>
      <p class="train-towards">{texts.train.towards(terminal(stops, train.direction))}</p>
      <p>
        {texts.train.at[train.status]}{" "}
        <a href={stationHref(train.stationId)}>{station?.name ?? train.stationId}</a>.
      </p>
      <p class="muted">{howKnown(train, order, stops.at(-1)?.order ?? 0, now, texts)}</p>
      <Follow id={train.id} />
      <Ahead train={train} now={now} />
      <Neighbours train={train} now={now} />
      <LastSensors id={train.id} now={now} />
    </>
  );
}

/** The view moves with the train only while it is asked to. */
function Follow({ id }: { readonly id: string }) {
  const texts = useTexts();
  const [following, setFollowing] = useState(false);
  const { clock } = useContext(StoreContext);
  useEffect(() => {
    if (!following) return;
    const show = (): void =>
      document
        .querySelector(`[data-train="${id}"]`)
        ?.scrollIntoView({ block: "center", inline: "center", behavior: "smooth" });
    show();
    return clock.every(1_000, show);
  }, [following, id, clock]);
  return (
    <button type="button" class="control" aria-pressed={following} onClick={() => setFollowing(!following)}>
      {texts.train.keep}
    </button>
  );
}

function Ahead({ train, now }: { readonly train: TrainView; readonly now: number }) {
  const texts = useTexts();
  const stops = useStops(train.line);
  const speed = usePage(({ state }) => state?.clock?.speed ?? null);
  const ahead = nextStops(train, stops, now);
  return (
    <section class="sheet-part">
      <h3>{texts.train.next}</h3>
      {ahead.length === 0 ? (
        <p class="muted">{nothingAhead(train, texts)}</p>
      ) : (
        <>
          <p class="muted">
            {speed !== null && speed > 1 ? texts.train.inMinutesOf(60_000 / speed) : texts.train.inMinutes}
          </p>
          <ol class="path train-ahead">
            {ahead.slice(0, AHEAD).map(({ stop, dueAt }) => (
              <li key={stop.station.id}>
                <a href={stationHref(stop.station.id)}>{stop.station.name}</a>
                <span class="number">{due(minutes(dueAt - now, speed), texts)}</span>
              </li>
            ))}
          </ol>
          {ahead.length > AHEAD ? <p class="muted">{texts.train.moreStops(ahead.length - AHEAD)}</p> : null}
        </>
      )}
    </section>
  );
}

function due(inMinutes: number, { page, train }: Texts): string {
  return inMinutes < 1 ? train.due : page.minutes(inMinutes);
}

function nothingAhead(train: TrainView, { train: { ahead } }: Texts): string {
  if (train.stale) return ahead.stale;
  if (train.status === "broken_down") return ahead.brokenDown;
  if (train.status === "out_of_service") return ahead.outOfService;
  return ahead.end;
}

function Neighbours({ train, now }: { readonly train: TrainView; readonly now: number }) {
  const texts = useTexts();
  const stops = useStops(train.line);
  const trains = usePage(({ state }) => state?.trains);
  const speed = usePage(({ state }) => state?.clock?.speed ?? null);
  const ours = Object.values(trains ?? {}).filter(({ line }) => line === train.line);
  const { gaps } = headwayOf({ line: train.line, direction: train.direction }, stops, ours, [], now);
  const ahead = gaps.find(({ follower }) => follower.train.id === train.id);
  const behind = gaps.find(({ leader }) => leader.train.id === train.id);
  const words = (gap: Gap | undefined, other: string | undefined) =>
    gap && other !== undefined ? (
      <>
        <a href={trainHref(other)}>{other}</a>
        <span class="number">{texts.page.minutes(minutes(gap.ms, speed))}</span>
      </>
    ) : (
      <span class="muted">{texts.train.noNeighbour}</span>
    );
  return (
    <section class="sheet-part">
      <h3>{texts.train.neighbours}</h3>
      <ul class="path">
        <li>
          <span>{texts.train.inFront}</span> {words(ahead, ahead?.leader.train.id)}
        </li>
        <li>
          <span>{texts.train.behind}</span> {words(behind, behind?.follower.train.id)}
        </li>
      </ul>
    </section>
  );
}

function LastSensors({ id, now }: { readonly id: string; readonly now: number }) {
  const texts = useTexts();
  const stations = usePage(({ state }) => state?.stations);
  const detail = useAnswer<TrainDetail>(`/api/v1/trains/${id}`);
  return (
    <section class="sheet-part">
      <h3>{texts.train.sensors}</h3>
      <ol class="path train-reports">
        {(detail?.reports ?? []).map(({ stationId, sensorId, at }) => (
          <li key={`${sensorId} ${at}`}>
            <a href={stationHref(stationId)}>{stations?.[stationId]?.name ?? stationId}</a>
            <span class="muted number" title={sensorId}>
              {texts.ago(now - Date.parse(at))}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
