import type { IncidentView } from "../../../../schemas/page/incidents.ts";
import { attention, type Note } from "../rules/attention.ts";
import { reportingWords } from "../rules/freshness.ts";
import { useTexts } from "../state/language.tsx";
import { findingHref, INCIDENTS_HREF, incidentHref, stationHref, trainHref } from "../state/route.ts";
import { useFreshness, useNow, usePage, useStationNames } from "../state/use.ts";

/** More are counted instead of named. */
const NAMED = 6;

/** The one list of what a person should look at. */
export function Attention() {
  const texts = useTexts();
  const state = usePage((view) => view.state);
  const freshness = useFreshness();
  const now = useNow(1_000);
  const notes = state ? attention(state, now, texts) : [];
  const open = Object.values(state?.incidents ?? {}).filter(({ endedAt }) => endedAt === null);
  const devices = Object.values(state?.devices ?? {}).filter(
    (device) => device.state !== "never_seen",
  ).length;
  return (
    <section class="attention" aria-labelledby="attention" data-stale={freshness.state === "as-of"}>
      <div class="attention-head">
        <h2 id="attention">{texts.attention.title}</h2>
        <a href={INCIDENTS_HREF}>{texts.attention.incidents}</a>
      </div>
      {notes.length === 0 || freshness.state === "as-of" ? (
        <p class="muted">{reportingWords(freshness, devices, now, texts)}</p>
      ) : null}
      {notes.length === 0 ? null : (
        <ul class="notes">
          {notes.slice(0, NAMED).map((note) => (
            <li key={note.key}>
              <Subject note={note} />
              {note.words.startsWith(":") ? note.words : ` ${note.words}`}
              <IncidentLink incident={open.find(({ covers }) => covers.includes(note.key))} />
            </li>
          ))}
          {notes.length > NAMED ? <li class="muted">{texts.page.more(notes.length - NAMED)}</li> : null}
        </ul>
      )}
    </section>
  );
}

/** What is known of it so far, once it is more than a moment. */
function IncidentLink({ incident }: { readonly incident: IncidentView | undefined }) {
  const texts = useTexts();
  const nameOf = useStationNames();
  if (!incident) return null;
  return (
    <>
      {" "}
      <a
        class="note-incident"
        href={incidentHref(incident.id)}
        aria-label={texts.attention.incidentOf(texts.incident.title(incident, nameOf))}
      >
        {texts.attention.incident}
      </a>
    </>
  );
}

function Subject({ note: { subject, place } }: { readonly note: Note }) {
  if (place === null) return <strong>{subject}</strong>;
  if (place.at === "station") return <a href={stationHref(place.id)}>{subject}</a>;
  return <a href={place.at === "train" ? trainHref(place.id) : findingHref(place.id)}>{subject}</a>;
}
