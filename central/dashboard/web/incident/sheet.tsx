import { useEffect, useRef } from "preact/hooks";
import { type IncidentAnswer, whatIn } from "../../../../schemas/page/incidents.ts";
import { Curve } from "../break/curve.tsx";
import { commandsOf, samplesOf } from "../rules/incident.ts";
import { wall } from "../rules/words.ts";
import { findingHref, INCIDENTS_HREF } from "../state/route.ts";
import { usePage } from "../state/use.ts";
import { LastEntry } from "../station/path.tsx";
import { SheetHead } from "../station/sheet-head.tsx";
import { Facts } from "./facts.tsx";
import { Share } from "./share.tsx";
import { useIncident } from "./use-incident.ts";
import type { AskedIncident } from "./watch.ts";

/** Everything about one incident: what, where, since when, how many waited, how it ended, and what shows it. */
export function IncidentSheet({ id }: { readonly id: string }) {
  const known = useIncident(id);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="sheet incident" aria-labelledby="incident">
      <SheetHead>
        <h2 id="incident" ref={heading} tabIndex={-1}>
          {titleOf(known)}
        </h2>
      </SheetHead>
      <p>
        <a class="incident-all" href={INCIDENTS_HREF}>
          All incidents
        </a>
      </p>
      {known === "none" ? (
        <p class="muted">The newest 200 are kept. This one is older, or never was.</p>
      ) : null}
      {known === null || known === "none" ? null : <Body incident={known} />}
    </section>
  );
}

function titleOf(known: AskedIncident): string {
  if (known === null) return "Incident";
  return known === "none" ? "No such incident" : known.title;
}

function Body({ incident }: { readonly incident: IncidentAnswer }) {
  const { severity, endedAt, backAt, ending, since, series, worst, kept } = incident;
  const goesOn = backAt === null ? "It goes on." : "Its cause is over. What waited is coming through.";
  return (
    <>
      <p class="incident-state" data-severity={severity} data-open={endedAt === null} role="status">
        <strong class="incident-severity">{severity}</strong> {ending ?? goesOn}
      </p>
      <Facts incident={incident} />
      <Curve samples={samplesOf(series)} startedAt={since} backAt={backAt} what="Waiting" />
      <p class="muted">
        {worst === null
          ? "Nothing is known to have waited."
          : `How many waited. Most did at ${wall(worst.at)}.`}
      </p>
      <Reading incident={incident} />
      <Evidence incident={incident} />
      <Share />
      {kept ? null : (
        <p class="muted">Kafka does not have this yet: it would be lost if this page's server ended now.</p>
      )}
    </>
  );
}

function Reading({ incident: { trace, endedAt } }: { readonly incident: IncidentAnswer }) {
  if (trace) {
    const at = (ms: number): string => new Date(ms).toISOString();
    const { deviceId, device, edge, gateway, dedup, page } = trace;
    const path = {
      device: at(device),
      edge: at(edge),
      gateway: at(gateway),
      dedup: at(dedup),
      page: at(page),
    };
    return (
      <LastEntry
        title="One reading's way: of those that came through, the slowest"
        path={{ ...path, deviceId, service: path.device }}
      />
    );
  }
  return (
    <section class="sheet-part">
      <h3>One reading's way</h3>
      <p class="muted">
        {endedAt === null ? "None has come through yet." : "None was seen that came through late."}
      </p>
    </section>
  );
}

/** What a doubter can look at. */
function Evidence({ incident }: { readonly incident: IncidentAnswer }) {
  const findings = incident.kind === "finding" ? incident.covers.map(whatIn) : [];
  const words = usePage(({ state }) => state?.proof?.open);
  return (
    <section class="sheet-part incident-evidence">
      <h3>Evidence</h3>
      {findings.map((id) => (
        <p key={id}>
          <a href={findingHref(id)}>{words?.find((one) => one.id === id)?.words ?? id}</a>
        </p>
      ))}
      <dl>
        {commandsOf(incident).map(([command, shows]) => (
          <div key={command}>
            <dt class="muted">{shows}</dt>
            <dd>
              <code class="command">{command}</code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
