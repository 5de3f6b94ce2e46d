import { useEffect, useRef } from "preact/hooks";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import { behind, lostOf, stepsOf, type Trial } from "../rules/trial.ts";
import { useExperimentWords } from "../state/experiment-words.ts";
import { useTexts } from "../state/language.tsx";
import { storyHref } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";
import type { Texts } from "../texts/texts.ts";
import { Curve } from "./curve.tsx";

/** A turnstile, not a whole station. */
const TURNSTILE = /^\d+-T\d+$/;

/** The proof of one trial: before, when most was in transit, and now or after. Comes into sight when it begins. */
export function TrialReport({ trial }: { readonly trial: Trial }) {
  const texts = useTexts();
  const live = usePage(({ state }) => state?.proof ?? null);
  const heading = useRef<HTMLHeadingElement>(null);
  const { experiment, before, worst, after, startedAt } = trial;
  const words = useExperimentWords()(experiment);
  useEffect(() => {
    heading.current?.scrollIntoView({ block: "nearest" });
    heading.current?.focus({ preventScroll: true });
  }, [startedAt]);
  return (
    <section class="trial" aria-labelledby="trial" data-phase={after ? "after" : "during"}>
      <h3 id="trial" ref={heading} tabIndex={-1}>
        {words.hop}: {words.order}
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
          {texts.breaking.follow}
        </a>{" "}
        <span class="muted">{texts.breaking.followMore}</span>
      </p>
      <Curve {...trial} />
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.breaking.entries}</th>
            <th scope="col" class="number">
              {texts.breaking.before}
            </th>
            <th scope="col" class="number">
              {texts.breaking.worst}
            </th>
            <th scope="col" class="number">
              {after ? texts.breaking.after : texts.breaking.now}
            </th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ name, value }) => (
            <tr key={name}>
              <th scope="row">{texts.breaking.rows[name]}</th>
              {[before, worst, after ?? live].map((proof, i) => (
                <td key={i} class="number">
                  {proof ? texts.figure(value(proof)) : "–"}
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
const ROWS: readonly {
  readonly name: keyof Texts["breaking"]["rows"];
  readonly value: (proof: ProofView) => number | null;
}[] = [
  { name: "turnstiles", value: ({ devices }) => devices },
  { name: "inTransit", value: behind },
  { name: "totalled", value: ({ summed }) => summed },
  { name: "lost", value: lostOf },
];

/** What was measured, in the order in which it happens. */
function Steps({ trial }: { readonly trial: Trial }) {
  const texts = useTexts();
  return (
    <ol class="trial-steps" aria-label={texts.breaking.measured}>
      {stepsOf(trial).map(({ name, afterMs }) => (
        <li key={name} data-done={afterMs !== null}>
          <span>{texts.breaking.steps[name]}</span>
          <span class="number">{texts.delay(afterMs)}</span>
        </li>
      ))}
    </ol>
  );
}

function Progress({ trial }: { readonly trial: Trial }) {
  const { breaking } = useTexts();
  const now = useNow(250);
  const { experiment, startedAt, noticedAt, backAt, drainedAt } = trial;
  const left = startedAt + (experiment.forMs ?? 0) - now;
  if (backAt === null && left > 0) return <>{breaking.endsIn(Math.ceil(left / 1000) * 1000)}</>;
  if (drainedAt !== null) return <>{breaking.isDrained}</>;
  if (backAt !== null) return <>{experiment.part === null ? breaking.isOver : breaking.isBack}</>;
  if (noticedAt === null) return <>{breaking.noSign}</>;
  return <>{experiment.part === null ? breaking.waitsForDevice : breaking.isDown}</>;
}

function Outcome({ trial, after }: { readonly trial: Trial; readonly after: ProofView }) {
  const texts = useTexts();
  const { before, holdsAt, startedAt } = trial;
  const lost = lostOf(after) - (before ? lostOf(before) : 0);
  const took = texts.delay((holdsAt ?? startedAt) - startedAt);
  return lost === 0 ? (
    <strong>{texts.breaking.nothingLost(took)}</strong>
  ) : (
    <strong class="act">{texts.breaking.someLost(lost, took)}</strong>
  );
}
