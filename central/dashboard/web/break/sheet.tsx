import { useEffect, useRef, useState } from "preact/hooks";
import type { ExperimentView } from "../../../../schemas/page/experiments.ts";
import { orderProblemWords } from "../rules/trial.ts";
import { useExperimentWords } from "../state/experiment-words.ts";
import { useTexts } from "../state/language.tsx";
import { useTrials } from "../state/trials.ts";
import { TrialReport } from "./report.tsx";

/** The doubter's sheet: break a hop, watch, and compare the proof before, during and after. */
export function BreakSheet() {
  const texts = useTexts();
  const trials = useTrials();
  const { access, experiments } = trials.offer;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    // What can be broken depends on what runs now.
    void trials.ask();
  }, [trials]);
  return (
    <section class="sheet" aria-labelledby="break">
      <header class="sheet-head">
        <h2 id="break" ref={heading} tabIndex={-1}>
          {texts.breaking.title}
        </h2>
        <a class="control sheet-close" href="#/">
          {texts.page.close}
        </a>
      </header>
      <p class="break-lead muted">{texts.breaking.lead}</p>
      {trials.problem === null ? null : (
        <p class="act" role="alert">
          {orderProblemWords(trials.problem, texts)}
        </p>
      )}
      {trials.waiting ? (
        <Waiting
          experiment={trials.waiting}
          reason={trials.waitsFor(texts)}
          onCancel={() => trials.cancel()}
        />
      ) : null}
      {trials.trial && !trials.waiting ? <TrialReport trial={trials.trial} /> : null}
      {access === "token" ? <TokenForm onToken={(token) => void trials.ask(token)} /> : null}
      {access === "no" ? <p>{texts.breaking.onlyLook}</p> : null}
      <ol class="experiments">
        {experiments.map((experiment) => (
          <Offer
            key={experiment.id}
            experiment={experiment}
            running={trials.running}
            onBegin={() => void trials.begin(experiment)}
          />
        ))}
      </ol>
    </section>
  );
}

interface WaitingProps {
  readonly experiment: ExperimentView;
  /** What keeps the proof from holding. */
  readonly reason: string;
  readonly onCancel: () => void;
}

function Waiting({ experiment, reason, onCancel }: WaitingProps) {
  const { breaking } = useTexts();
  const { hop, order } = useExperimentWords()(experiment);
  return (
    <section class="trial" aria-label={breaking.waiting} data-phase="waiting">
      <h3>
        {hop}: {order}
      </h3>
      <p class="trial-state" role="status">
        {breaking.waitsFor(reason)}
      </p>
      <button type="button" class="control" onClick={onCancel}>
        {breaking.cancel}
      </button>
    </section>
  );
}

interface OfferProps {
  readonly experiment: ExperimentView;
  /** One at a time, so that the proof before is one that held. */
  readonly running: boolean;
  readonly onBegin: () => void;
}

function Offer({ experiment, running, onBegin }: OfferProps) {
  const { id } = experiment;
  const { hop, order, watch } = useExperimentWords()(experiment);
  return (
    <li class="sheet-part experiment">
      <h3 id={`hop-${id}`}>{hop}</h3>
      <button
        type="button"
        class="control"
        aria-describedby={`hop-${id}`}
        data-experiment={id}
        disabled={running}
        onClick={onBegin}
      >
        {order}
      </button>
      <p>{watch}</p>
    </li>
  );
}

function TokenForm({ onToken }: { readonly onToken: (token: string) => void }) {
  const texts = useTexts();
  const [token, setToken] = useState("");
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        onToken(token);
      }}
    >
      <label for="demo-token">{texts.breaking.token}</label>
      <input
        id="demo-token"
        class="search"
        type="password"
        autocomplete="off"
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <button type="submit" class="control">
        {texts.breaking.unlock}
      </button>
    </form>
  );
}
