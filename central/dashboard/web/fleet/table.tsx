import { useContext } from "preact/hooks";
import { figure, plural, span } from "../rules/words.ts";
import { StoreContext, useNow, usePage } from "../state/use.ts";

/** What a vehicle tells is at most so old, where its clock is right and nothing waited, ms. */
const CLOCK_MS = 60_000;
const COMPASS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/** Every vehicle in words, once a second: they move more often than anybody reads. */
export function VehicleTable() {
  const fleet = usePage(({ state }) => state?.fleet);
  const now = useNow(1_000);
  const vehicles = Object.values(useContext(StoreContext).view.state?.vehicles ?? {});
  if (!fleet) return null;
  const stale = vehicles.filter((vehicle) => vehicle.stale).length;
  return (
    <div class="vehicles">
      <p class="vehicles-count muted">
        {plural(fleet.vehicles, "vehicle")}
        {stale > 0 ? `, ${figure(stale)} silent` : ""}
        {fleet.vehicles > vehicles.length ? `; the first ${figure(vehicles.length)} are shown` : ""}
      </p>
      {fleet.refused.map(({ id, events }) => (
        <p key={id} class="refused">
          {id}: {plural(events, "event")} not stored, because the table has others under these numbers. A
          vehicle that counts from 1 again needs a new boot.
        </p>
      ))}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it */}
      <section class="table-scroll" tabIndex={0} aria-label="Vehicles, a table">
        <table>
          <thead>
            <tr>
              <th scope="col">Vehicle</th>
              <th scope="col" class="number">
                km/h
              </th>
              <th scope="col">Heading</th>
              <th scope="col" class="number">
                Battery
              </th>
              <th scope="col" class="number">
                Seen
              </th>
            </tr>
          </thead>
          <tbody>
            {vehicles.map(({ id, speed, heading, battery, at, heard, stale }) => (
              <tr key={id} data-stale={stale}>
                <th scope="row">{id}</th>
                <td class="number">{Math.round(speed)}</td>
                <td>{COMPASS[Math.round(heading / 45) % 8]}</td>
                <td class="number">{Math.round(battery)} %</td>
                <td class="number">
                  {span(now - heard)} ago
                  {heard - at > CLOCK_MS ? <Clock behindMs={heard - at} /> : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function Clock({ behindMs }: { readonly behindMs: number }) {
  return (
    <span class="clock muted" title="It sends what waited, or its clock is wrong">
      {span(behindMs)} old
    </span>
  );
}
