import { useEffect, useRef } from "preact/hooks";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import { behind, lostOf, stepsOf, type Trial } from "../rules/trial.ts";
import { delay, figure } from "../rules/words.ts";
import { storyHref } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";
import { Curve } from "./curve.tsx";

/** A turnstile, not a whole station. */
const TURNSTILE = /^\d+-T\d+$/;

/** The proof of one trial: before, when most was in transit, and now or after. Comes into sight when it begins. */
export function TrialReport({ trial }: { readonly trial: Trial }) {
  const live = usePage(({ state }) => state?.proof ?? null);
  const heading = useRef<HTMLHeadingElement>(null);
  const { experiment, before, worst, after, startedAt } = trial;
  useEffect(() => {
    heading.current?.scrollIntoView({ block: "nearest" });
    heading.current?.focus({ preventScroll: true });
  }, [startedAt]);
  return (
    <section class="trial" aria-labelledby="trial" data-phase={after ? "after" : "during"}>
      <h3 id="trial" ref={heading} tabIndex={-1}>
        {experiment.hop}: {experiment.order}
      </h3>
      <p class="trial-state" role="status">
        {after ? <Outcome trial={trial} after={after} /> : <Progress trial={trial} />}
      </p>
      <Steps trial={trial} />
      <p>
        <a
          href={storyHref(
            experiment.target !== null && TURNSTILE.test(experiment.target) ? experiment.target : "",
          )}
        >
          Follow one entry
        </a>{" "}
        <span class="muted">and see where it waits, byte by byte.</span>
      </p>
      <Curve {...trial} />
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

/** Each column is of one cut: its rows belong together. */
const ROWS: readonly { readonly name: string; readonly value: (proof: ProofView) => number | null }[] = [
  { name: "at the turnstiles", value: ({ devices }) => devices },
  { name: "in transit", value: behind },
  { name: "totalled", value: ({ summed }) => summed },
  { name: "lost", value: lostOf },
];

/** What was measured, in the order in which it happens. */
function Steps({ trial }: { readonly trial: Trial }) {
  return (
    <ol class="trial-steps" aria-label="Measured, from the moment of the break">
      {stepsOf(trial).map(({ words, afterMs }) => (
        <li key={words} data-done={afterMs !== null}>
          <span>{words}</span>
          <span class="number">{delay(afterMs)}</span>
        </li>
      ))}
    </ol>
  );
}

function Progress({ trial }: { readonly trial: Trial }) {
  const now = useNow(250);
  const { experiment, startedAt, noticedAt, backAt, drainedAt } = trial;
  const left = startedAt + (experiment.forMs ?? 0) - now;
  if (backAt === null && left > 0) return <>The fault ends in {delay(Math.ceil(left / 1000) * 1000)}.</>;
  if (drainedAt !== null) return <>The backlog is drained. The counts must agree now.</>;
  if (backAt !== null)
    return <>{experiment.part === null ? "Over" : "Back"}. What waited is coming through.</>;
  if (noticedAt === null) return <>Broken. No sign of it yet.</>;
  return <>{experiment.part === null ? "Waiting for the device." : "Down. It is started again."}</>;
}

function Outcome({ trial, after }: { readonly trial: Trial; readonly after: ProofView }) {
  const { before, holdsAt, startedAt } = trial;
  const lost = lostOf(after) - (before ? lostOf(before) : 0);
  const took = delay((holdsAt ?? startedAt) - startedAt);
  return lost === 0 ? (
    <strong>Nothing was lost. The counts agree again after {took}.</strong>
  ) : (
    <strong class="act">
      {figure(lost)} lost. The counts agree again after {took}.
    </strong>
  );
}
