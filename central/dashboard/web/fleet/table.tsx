import { useContext } from "preact/hooks";
import { useTexts } from "../state/language.tsx";
import { StoreContext, useNow, usePage } from "../state/use.ts";

/** What a vehicle tells is at most so old, where its clock is right and nothing waited, ms. */
const CLOCK_MS = 60_000;

/** Every vehicle in words, once a second: they move more often than anybody reads. */
export function VehicleTable() {
  const texts = useTexts();
  const fleet = usePage(({ state }) => state?.fleet);
  const now = useNow(1_000);
  const vehicles = Object.values(useContext(StoreContext).view.state?.vehicles ?? {});
  if (!fleet) return null;
  const stale = vehicles.filter((vehicle) => vehicle.stale).length;
  return (
    <div class="vehicles">
      <p class="vehicles-count muted">
        {texts.fleet.vehicles(fleet.vehicles)}
        {stale > 0 ? texts.fleet.silent(stale) : ""}
        {fleet.vehicles > vehicles.length ? texts.fleet.firstShown(vehicles.length) : ""}
      </p>
      {fleet.refused.map(({ id, events }) => (
        <p key={id} class="refused">
          {texts.fleet.refused(id, events)}
        </p>
      ))}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it */}
      <section class="table-scroll" tabIndex={0} aria-label={texts.fleet.table}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.fleet.vehicle}</th>
              <th scope="col" class="number">
                {texts.fleet.speed}
              </th>
              <th scope="col">{texts.fleet.heading}</th>
              <th scope="col" class="number">
                {texts.fleet.battery}
              </th>
              <th scope="col" class="number">
                {texts.fleet.seen}
              </th>
            </tr>
          </thead>
          <tbody>
            {vehicles.map(({ id, speed, heading, battery, at, heard, stale }) => (
              <tr key={id} data-stale={stale}>
                <th scope="row">{id}</th>
                <td class="number">{Math.round(speed)}</td>
                <td>{texts.fleet.compass[Math.round(heading / 45) % 8]}</td>
                <td class="number">{Math.round(battery)} %</td>
                <td class="number">
                  {texts.ago(now - heard)}
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
  const texts = useTexts();
  return (
    <span class="clock muted" title={texts.fleet.oldTitle}>
      {texts.fleet.old(behindMs)}
    </span>
  );
}
