import type { ProofView } from "../../../../schemas/page/proof.ts";
import { behind, lostOf, type Trial } from "../rules/trial.ts";
import { figure, span } from "../rules/words.ts";
import { useNow, usePage } from "../state/use.ts";

/** The proof of one trial: before, when most was on the way, and now or after. */
export function TrialReport({ trial }: { readonly trial: Trial }) {
  const live = usePage(({ state }) => state?.proof ?? null);
  const { experiment, before, worst, after } = trial;
  return (
    <section class="trial" aria-labelledby="trial" data-phase={after ? "after" : "during"}>
      <h3 id="trial">
        {experiment.hop}: {experiment.order}
      </h3>
      <p class="trial-state">
        {after ? <Outcome trial={trial} after={after} /> : <Progress trial={trial} />}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Entries</th>
            <th scope="col" class="number">
              before
            </th>
            <th scope="col" class="number">
              at worst
            </th>
            <th scope="col" class="number">
              {after ? "after" : "now"}
            </th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ name, value }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {[before, worst, after ?? live].map((proof, i) => (
                <td key={i} class="number">
                  {proof ? figure(value(proof)) : "–"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const ROWS: readonly { readonly name: string; readonly value: (proof: ProofView) => number | null }[] = [
  { name: "counted", value: ({ devices }) => devices },
  { name: "on the way", value: behind },
  { name: "summed", value: ({ summed }) => summed },
  { name: "lost", value: lostOf },
];

function Progress({ trial: { started, experiment } }: { readonly trial: Trial }) {
  const now = useNow(250);
  const left = started.healsAt - now;
  if (left > 0)
    return <>{experiment.part === null ? `Heals in ${span(left)}.` : `Is usually back in ${span(left)}.`}</>;
  return <>Healed; counts are catching up.</>;
}

function Outcome({ trial, after }: { readonly trial: Trial; readonly after: ProofView }) {
  const { before, endedAt, started } = trial;
  const lost = lostOf(after) - (before ? lostOf(before) : 0);
  const took = span((endedAt ?? started.at) - started.at);
  return lost === 0 ? (
    <strong>Nothing was lost. The counts agree again after {took}.</strong>
  ) : (
    <strong class="act">
      {figure(lost)} lost. The counts agree again after {took}.
    </strong>
  );
}
