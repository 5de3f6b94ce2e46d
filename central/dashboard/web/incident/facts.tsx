import type { ComponentChildren } from "preact";
import { type IncidentAnswer, whatIn } from "../../../../schemas/page/incidents.ts";
import { lastedWords } from "../rules/incident.ts";
import { figure, plural, span, wall } from "../rules/words.ts";
import { incidentHref, stationHref } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";

/** Stations and devices that are named; more are counted. */
const NAMED = 6;

/** When, where, why and how many, a line each. */
export function Facts({ incident }: { readonly incident: IncidentAnswer }) {
  const now = useNow(1_000);
  const speed = usePage(({ state }) => state?.clock?.speed ?? null);
  const { since, endedAt, openedAt, reason, times, trial, worst, waiting, lost } = incident;
  return (
    <dl class="incident-facts">
      <Fact name="began">
        <time dateTime={new Date(since).toISOString()}>
          {wall(since)},{" "}
          {new Date(since).toLocaleDateString("en-US", { day: "numeric", month: "short", year: "numeric" })}
        </time>{" "}
        <span class="muted">wall clock; noticed {span(openedAt - since)} later</span>
      </Fact>
      <Fact name={endedAt === null ? "lasts for" : "lasted"}>{lastedWords(incident, now, speed)}</Fact>
      <Fact name="where">
        <Where incident={incident} />
      </Fact>
      {reason === "" ? null : <Fact name="reason">{reason}</Fact>}
      {waiting === null ? null : <Fact name="wait now">{plural(waiting, "reading")}</Fact>}
      <Fact name="waited">
        {worst === null ? "not known" : `at most ${plural(worst.waiting, "reading")}`}
      </Fact>
      <Fact name="lost since">{lost === null ? "not known" : figure(lost)}</Fact>
      {times === 1 ? null : (
        <Fact name="began">{plural(times, "time")}, each within a minute of the last</Fact>
      )}
      {trial === null ? null : (
        <Fact name="during">
          <a href={incidentHref(trial)}>a trial of Break it</a>
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
  const known = usePage(({ state }) => state?.stations);
  if (stations.length === 0)
    return <>{kind === "process" ? `process ${covers.map(whatIn).join(", ")}` : "the whole city"}</>;
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
      {stations.length > NAMED ? ` and ${stations.length - NAMED} more` : ""}
    </>
  );
}
