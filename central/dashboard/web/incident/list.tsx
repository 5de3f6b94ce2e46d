import { useEffect, useRef } from "preact/hooks";
import type { IncidentView } from "../../../../schemas/page/incidents.ts";
import { useAnswer } from "../state/answer.ts";
import { useTexts } from "../state/language.tsx";
import { incidentHref } from "../state/route.ts";
import { useNow, usePage, useStationNames } from "../state/use.ts";
import { SheetHead } from "../station/sheet-head.tsx";

/** Every incident that is kept: what goes on, and what is over. */
export function IncidentList() {
  const texts = useTexts();
  const live = usePage(({ state }) => state?.incidents);
  const kept = useAnswer<readonly IncidentView[]>("/api/v1/incidents");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  const newest = Object.values(live ?? {});
  const older = (kept ?? []).filter(({ id }) => !live?.[id]);
  const all = [...newest, ...older].sort((x, y) => y.since - x.since);
  return (
    <section class="sheet incidents" aria-labelledby="incidents">
      <SheetHead>
        <h2 id="incidents" ref={heading} tabIndex={-1}>
          {texts.incident.incidents}
        </h2>
      </SheetHead>
      <p class="muted">{texts.incident.lead}</p>
      <Part
        name={texts.incident.goingOn}
        incidents={all.filter(({ endedAt }) => endedAt === null)}
        none={texts.incident.none}
      />
      <Part
        name={texts.incident.over}
        incidents={all.filter(({ endedAt }) => endedAt !== null)}
        none={texts.incident.noneYet}
      />
    </section>
  );
}

interface PartProps {
  readonly name: string;
  readonly incidents: readonly IncidentView[];
  /** Said where there is none. */
  readonly none: string;
}

function Part({ name, incidents, none }: PartProps) {
  const texts = useTexts();
  const nameOf = useStationNames();
  const now = useNow(1_000);
  return (
    <section class="sheet-part" aria-label={name}>
      <h3>{name}</h3>
      {incidents.length === 0 ? <p class="muted">{none}</p> : null}
      <ol>
        {incidents.map((incident) => {
          const { id, severity, since, endedAt, waiting } = incident;
          return (
            <li key={id} class="incident-row" data-severity={severity} data-open={endedAt === null}>
              <a href={incidentHref(id)}>{texts.incident.title(incident, nameOf)}</a>
              <span class="muted">
                <span class="incident-severity">{texts.incident.severities[severity]}</span>,{" "}
                {texts.wall(since)}, {texts.span((endedAt ?? now) - since)}
                {waiting ? texts.incident.wait(waiting) : ""}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
