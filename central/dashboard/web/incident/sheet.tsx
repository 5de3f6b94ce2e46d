import { useEffect, useRef } from "preact/hooks";
import { type IncidentAnswer, whatIn } from "../../../../schemas/page/incidents.ts";
import { Curve } from "../break/curve.tsx";
import { commandsOf, samplesOf } from "../rules/incident.ts";
import { useTexts } from "../state/language.tsx";
import { findingHref, INCIDENTS_HREF } from "../state/route.ts";
import { usePage, useStationNames } from "../state/use.ts";
import { LastEntry } from "../station/path.tsx";
import { SheetHead } from "../station/sheet-head.tsx";
import type { Texts } from "../texts/texts.ts";
import { Facts } from "./facts.tsx";
import { Share } from "./share.tsx";
import { useIncident } from "./use-incident.ts";
import type { AskedIncident } from "./watch.ts";

/** Everything about one incident: what, where, since when, how many waited, how it ended, and what shows it. */
export function IncidentSheet({ id }: { readonly id: string }) {
  const texts = useTexts();
  const known = useIncident(id);
  const nameOf = useStationNames();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="sheet incident" aria-labelledby="incident">
      <SheetHead>
        <h2 id="incident" ref={heading} tabIndex={-1}>
          {titleOf(known, nameOf, texts)}
        </h2>
      </SheetHead>
      <p>
        <a class="incident-all" href={INCIDENTS_HREF}>
          {texts.incident.all}
        </a>
      </p>
      {known === "none" ? <p class="muted">{texts.incident.noSuchMore}</p> : null}
      {known === null || known === "none" ? null : <Body incident={known} />}
    </section>
  );
}

function titleOf(known: AskedIncident, nameOf: (id: number) => string, { incident }: Texts): string {
  if (known === null) return incident.incident;
  return known === "none" ? incident.noSuch : incident.title(known, nameOf);
}

function Body({ incident }: { readonly incident: IncidentAnswer }) {
  const texts = useTexts();
  const { severity, endedAt, backAt, since, series, worst, kept } = incident;
  const words = texts.incident;
  const goesOn = backAt === null ? words.goesOn : words.isBack;
  return (
    <>
      <p class="incident-state" data-severity={severity} data-open={endedAt === null} role="status">
        <strong class="incident-severity">{words.severities[severity]}</strong>{" "}
        {words.ending(incident) ?? goesOn}
      </p>
      <Facts incident={incident} />
      <Curve samples={samplesOf(series)} startedAt={since} backAt={backAt} what={words.waiting} />
      <p class="muted">{worst === null ? words.nothingWaited : words.mostAt(texts.wall(worst.at))}</p>
      <Reading incident={incident} />
      <Evidence incident={incident} />
      <Share />
      {kept ? null : <p class="muted">{words.notKept}</p>}
    </>
  );
}

function Reading({ incident: { trace, endedAt } }: { readonly incident: IncidentAnswer }) {
  const words = useTexts().incident;
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
    return <LastEntry title={words.slowest} path={{ ...path, deviceId, service: path.device }} />;
  }
  return (
    <section class="sheet-part">
      <h3>{words.oneReading}</h3>
      <p class="muted">{endedAt === null ? words.noneCame : words.noneLate}</p>
    </section>
  );
}

/** What a doubter can look at. */
function Evidence({ incident }: { readonly incident: IncidentAnswer }) {
  const texts = useTexts();
  const findings = incident.kind === "finding" ? incident.covers.map(whatIn) : [];
  const open = usePage(({ state }) => state?.proof?.open);
  const nameOf = (id: string): string => {
    const found = open?.find((one) => one.id === id);
    return found ? texts.proof.findingWords(found) : id;
  };
  return (
    <section class="sheet-part incident-evidence">
      <h3>{texts.incident.evidence}</h3>
      {findings.map((id) => (
        <p key={id}>
          <a href={findingHref(id)}>{nameOf(id)}</a>
        </p>
      ))}
      <dl>
        {commandsOf(incident, texts).map(([command, shows]) => (
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
