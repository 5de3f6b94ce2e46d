import { useTimeline } from "../state/past.ts";
import { usePage } from "../state/use.ts";

/** Parts as a visitor knows them. */
const PART_WORDS: Readonly<Record<string, string>> = {
  postgres: "Database (PostgreSQL)",
  kafka: "Log of all readings (Kafka)",
  connect: "Stations from the database (Connect)",
  registry: "Schemas",
  "rest-proxy": "Weather's way in (REST Proxy)",
  ksql: "Totals (ksql)",
  gateway: "Gateway of the stations (MQTT)",
  edge: "Agents of the stations",
  "firmware-sim": "Simulated sensors and turnstiles",
};

/** Nothing yet: what is up, and what is coming. */
export function Starting() {
  const link = usePage((view) => view.link);
  const parts = usePage(({ state }) => state?.parts);
  const live = usePage(({ state }) => state?.live ?? false);
  const { past, waiting } = useTimeline();
  if (past || waiting) return <NoMoment waiting={waiting} />;
  return (
    <section class="starting" aria-labelledby="starting">
      <h2 id="starting">{heading(link.state, live)}</h2>
      {parts && parts.length > 0 ? (
        <ul class="parts">
          {parts
            .filter(({ name }) => name !== "first-train")
            .map(({ name, state, ms }) => (
              <li key={name} data-ready={ms !== null}>
                <span>{PART_WORDS[name.replace(/-\d+$/, "")] ?? name}</span>
                <span class="muted">
                  {state}
                  {ms === null ? "" : `, ${(ms / 1000).toFixed(1)} s`}
                </span>
              </li>
            ))}
        </ul>
      ) : (
        <p class="muted">
          {link.state === "open"
            ? "The page is up; Kafka has told it nothing yet. Trains appear as soon as the stations table and the first arrivals are read."
            : "Waiting for the server of this page."}
        </p>
      )}
    </section>
  );
}

/** The bar of the replay says why. */
function NoMoment({ waiting }: { readonly waiting: boolean }) {
  return (
    <section class="starting" aria-labelledby="starting">
      <h2 id="starting">{waiting ? "Reading a moment of the past" : "Nothing to show of this moment"}</h2>
      <p class="muted">
        {waiting
          ? "The page is made again from Kafka’s records of that time."
          : "The line above says why, and from when on there is something."}
      </p>
    </section>
  );
}

function heading(link: string, live: boolean): string {
  if (link !== "open") return "Connecting";
  return live ? "No station has come from the database yet" : "Starting";
}
