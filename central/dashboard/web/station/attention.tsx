import { useState } from "preact/hooks";
import type { IncidentView } from "../../../../schemas/page/incidents.ts";
import { attention, type Note } from "../rules/attention.ts";
import { reportingWords } from "../rules/freshness.ts";
import { useTexts } from "../state/language.tsx";
import { findingHref, INCIDENTS_HREF, incidentHref, stationHref, trainHref } from "../state/route.ts";
import { useFreshness, useMedia, useNow, usePage, useStationNames } from "../state/use.ts";

/** More are counted until the reader asks for them. On a laptop's screen the stations below must be in sight too. */
const NAMED = 6;
const NAMED_LOW = 2;
const LOW = "(min-width: 1200px) and (max-height: 999px)";

/** The one list of what a person should look at. */
export function Attention() {
  const texts = useTexts();
  const state = usePage((view) => view.state);
  const freshness = useFreshness();
  const now = useNow(1_000);
  const named = useMedia(LOW) ? NAMED_LOW : NAMED;
  const [all, setAll] = useState(false);
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
          {notes.slice(0, all ? notes.length : named).map((note) => (
            <li key={note.key}>
              <Subject note={note} />
              {note.words.startsWith(":") ? note.words : ` ${note.words}`}
              <IncidentLink incident={open.find(({ covers }) => covers.includes(note.key))} />
            </li>
          ))}
          {notes.length > named ? (
            <li>
              <button type="button" class="notes-more" aria-expanded={all} onClick={() => setAll(!all)}>
                {all ? texts.page.fewer : texts.page.more(notes.length - named)}
              </button>
            </li>
          ) : null}
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
