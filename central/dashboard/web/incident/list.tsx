import { useEffect, useRef } from "preact/hooks";
import type { IncidentView } from "../../../../schemas/page/incidents.ts";
import { figure, span, wall } from "../rules/words.ts";
import { useAnswer } from "../state/answer.ts";
import { incidentHref } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";
import { SheetHead } from "../station/sheet-head.tsx";

/** Every incident that is kept: what goes on, and what is over. */
export function IncidentList() {
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
          Incidents
        </h2>
      </SheetHead>
      <p class="muted">
        What needed attention for longer than a moment. They are kept in Kafka, the newest 200, and outlive
        restarts.
      </p>
      <Part name="Going on" incidents={all.filter(({ endedAt }) => endedAt === null)} none="None." />
      <Part name="Over" incidents={all.filter(({ endedAt }) => endedAt !== null)} none="None yet." />
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
  const now = useNow(1_000);
  return (
    <section class="sheet-part" aria-label={name}>
      <h3>{name}</h3>
      {incidents.length === 0 ? <p class="muted">{none}</p> : null}
      <ol>
        {incidents.map(({ id, title, severity, since, endedAt, waiting }) => (
          <li key={id} class="incident-row" data-severity={severity} data-open={endedAt === null}>
            <a href={incidentHref(id)}>{title}</a>
            <span class="muted">
              <span class="incident-severity">{severity}</span>, {wall(since)},{" "}
              {span((endedAt ?? now) - since)}
              {waiting ? `; ${figure(waiting)} wait` : ""}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
