import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { TrainDetail } from "../../../../schemas/page/api.ts";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { LineBadge } from "../lines/badge.tsx";
import { useStops } from "../lines/use-line.ts";
import { type Gap, headwayOf } from "../rules/headway.ts";
import { orderOf, terminal } from "../rules/stops.ts";
import { howKnown, nextStops } from "../rules/train.ts";
import { minutes, plural, span } from "../rules/words.ts";
import { useAnswer } from "../state/answer.ts";
import { stationHref, trainHref } from "../state/route.ts";
import { StoreContext, useNow, usePage } from "../state/use.ts";
import { SheetHead } from "./sheet-head.tsx";

/** Stops named ahead of a train. */
const AHEAD = 6;
const STATUS: Readonly<Record<TrainView["status"], string>> = {
  in_service: "Last seen at",
  broken_down: "Broken down at",
  out_of_service: "Out of service at",
};

/** Everything about one train: where it is and how that is known, where it goes, what saw it. */
export function TrainSheet({ id }: { readonly id: string }) {
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
          Train {id}
        </h2>
        {train ? <LineBadge line={train.line} /> : null}
      </SheetHead>
      {train ? <Known train={train} /> : null}
      {train || !known ? null : <p class="muted">It has not been seen for some minutes, or never.</p>}
    </section>
  );
}

function Known({ train }: { readonly train: TrainView }) {
  const stops = useStops(train.line);
  const stations = usePage(({ state }) => state?.stations);
  const now = useNow(1_000);
  const station = stations?.[train.stationId];
  const order = orderOf(station, train.line) ?? 0;
  return (
    <>
      <p class="train-towards">towards {terminal(stops, train.direction)}</p>
      <p>
        {STATUS[train.status]} <a href={stationHref(train.stationId)}>{station?.name ?? train.stationId}</a>.
      </p>
      <p class="muted">{howKnown(train, order, stops.at(-1)?.order ?? 0, now)}</p>
      <Follow id={train.id} />
      <Ahead train={train} now={now} />
      <Neighbours train={train} now={now} />
      <LastSensors id={train.id} now={now} />
    </>
  );
}

/** The view moves with the train only while it is asked to. */
function Follow({ id }: { readonly id: string }) {
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
      Keep it in view
    </button>
  );
}

function Ahead({ train, now }: { readonly train: TrainView; readonly now: number }) {
  const stops = useStops(train.line);
  const speed = usePage(({ state }) => state?.clock?.speed ?? null);
  const ahead = nextStops(train, stops, now);
  return (
    <section class="sheet-part">
      <h3>Next stops</h3>
      {ahead.length === 0 ? (
        <p class="muted">{nothingAhead(train)}</p>
      ) : (
        <>
          <p class="muted">
            In service minutes{speed !== null && speed > 1 ? `: one is ${span(60_000 / speed)} here` : ""}.
          </p>
          <ol class="path train-ahead">
            {ahead.slice(0, AHEAD).map(({ stop, dueAt }) => (
              <li key={stop.station.id}>
                <a href={stationHref(stop.station.id)}>{stop.station.name}</a>
                <span class="number">{due(minutes(dueAt - now, speed))}</span>
              </li>
            ))}
          </ol>
          {ahead.length > AHEAD ? <p class="muted">and {plural(ahead.length - AHEAD, "more stop")}</p> : null}
        </>
      )}
    </section>
  );
}

function due(inMinutes: number): string {
  return inMinutes < 1 ? "due" : `${inMinutes} min`;
}

function nothingAhead(train: TrainView): string {
  if (train.stale) return "Not known: no sensor has seen it for long.";
  if (train.status === "broken_down") return "It stands. How long is not known.";
  if (train.status === "out_of_service") return "It rests until it is in service again.";
  return "It turns here.";
}

function Neighbours({ train, now }: { readonly train: TrainView; readonly now: number }) {
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
        <span class="number">{minutes(gap.ms, speed)} min</span>
      </>
    ) : (
      <span class="muted">none on this way</span>
    );
  return (
    <section class="sheet-part">
      <h3>Its neighbours</h3>
      <ul class="path">
        <li>
          <span>in front</span> {words(ahead, ahead?.leader.train.id)}
        </li>
        <li>
          <span>behind</span> {words(behind, behind?.follower.train.id)}
        </li>
      </ul>
    </section>
  );
}

function LastSensors({ id, now }: { readonly id: string; readonly now: number }) {
  const stations = usePage(({ state }) => state?.stations);
  const detail = useAnswer<TrainDetail>(`/api/v1/trains/${id}`);
  return (
    <section class="sheet-part">
      <h3>Sensors that saw it</h3>
      <ol class="path train-reports">
        {(detail?.reports ?? []).map(({ stationId, sensorId, at }) => (
          <li key={`${sensorId} ${at}`}>
            <a href={stationHref(stationId)}>{stations?.[stationId]?.name ?? stationId}</a>
            <span class="muted number" title={sensorId}>
              {span(now - Date.parse(at))} ago
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
