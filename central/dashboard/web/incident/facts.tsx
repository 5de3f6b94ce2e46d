import type { ComponentChildren } from "preact";
import { type IncidentAnswer, whatIn } from "../../../../schemas/page/incidents.ts";
import { reasonWords } from "../rules/attention.ts";
import { lastedWords } from "../rules/incident.ts";
import { useTexts } from "../state/language.tsx";
import { incidentHref, stationHref } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";

/** Stations and devices that are named; more are counted. */
const NAMED = 6;

/** When, where, why and how many, a line each. */
export function Facts({ incident }: { readonly incident: IncidentAnswer }) {
  const texts = useTexts();
  const now = useNow(1_000);
  const speed = usePage(({ state }) => state?.clock?.speed ?? null);
  const names = texts.incident;
  const { since, endedAt, openedAt, reason, times, trial, worst, waiting, lost } = incident;
  return (
    <dl class="incident-facts">
      <Fact name={names.began}>
        <time dateTime={new Date(since).toISOString()}>
          {texts.wall(since)}, {texts.day(since)}
        </time>{" "}
        <span class="muted">{names.noticed(openedAt - since)}</span>
      </Fact>
      <Fact name={endedAt === null ? names.lastsFor : names.lasted}>
        {lastedWords(incident, now, speed, texts)}
      </Fact>
      <Fact name={names.where}>
        <Where incident={incident} />
      </Fact>
      {reason === "" ? null : <Fact name={names.reason}>{reasonWords(reason, texts)}</Fact>}
      {waiting === null ? null : <Fact name={names.waitNow}>{texts.page.readings(waiting)}</Fact>}
      <Fact name={names.waited}>{worst === null ? names.notKnown : names.atMost(worst.waiting)}</Fact>
      <Fact name={names.lostSince}>{lost === null ? names.notKnown : texts.figure(lost)}</Fact>
      {times === 1 ? null : <Fact name={names.began}>{names.times(times)}</Fact>}
      {trial === null ? null : (
        <Fact name={names.during}>
          <a href={incidentHref(trial)}>{names.aTrial}</a>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Each station as a link, with those of its devices that it is about. */
function Where({ incident: { stations, covers, kind } }: { readonly incident: IncidentAnswer }) {
  const texts = useTexts();
  const known = usePage(({ state }) => state?.stations);
  if (stations.length === 0)
    return (
      <>{kind === "process" ? texts.incident.process(covers.map(whatIn).join(", ")) : texts.incident.city}</>
    );
  const devices = kind === "device" ? covers.map(whatIn) : [];
  return (
    <>
      {stations.slice(0, NAMED).map((id, i) => (
        <span key={id}>
          {i === 0 ? "" : "; "}
          <a href={stationHref(id)}>{known?.[id]?.name ?? id}</a>
          {devices
            .filter((device) => Number.parseInt(device, 10) === id)
            .slice(0, NAMED)
            .map((device) => ` ${device}`)}
        </span>
      ))}
      {stations.length > NAMED ? ` ${texts.page.more(stations.length - NAMED)}` : ""}
    </>
  );
}
