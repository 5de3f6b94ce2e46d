import { useEffect, useRef, useState } from "preact/hooks";
import type { ExperimentView } from "../../../../schemas/page/experiments.ts";
import { useTrials } from "../state/trials.ts";
import { TrialReport } from "./report.tsx";

/** The doubter's sheet: break a hop, watch, and compare the proof before, during and after. */
export function BreakSheet() {
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
          Break it
        </h2>
        <a class="control sheet-close" href="#/">
          Close
        </a>
      </header>
      <p class="break-lead muted">
        This breaks the running system for real. Everything recovers by itself, and the counts must match.
      </p>
      {trials.problem === "" ? null : (
        <p class="act" role="alert">
          {trials.problem}
        </p>
      )}
      {trials.waiting ? (
        <Waiting experiment={trials.waiting} reason={trials.waitsFor} onCancel={() => trials.cancel()} />
      ) : null}
      {trials.trial && !trials.waiting ? <TrialReport trial={trials.trial} /> : null}
      {access === "token" ? <TokenForm onToken={(token) => void trials.ask(token)} /> : null}
      {access === "no" ? <p>This page may only look: it was not opened on the machine it runs on.</p> : null}
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

function Waiting({ experiment: { hop, order }, reason, onCancel }: WaitingProps) {
  return (
    <section class="trial" aria-label="Waiting to begin" data-phase="waiting">
      <h3>
        {hop}: {order}
      </h3>
      <p class="trial-state" role="status">
        Begins when the counts agree. It waits for this: {reason}
      </p>
      <button type="button" class="control" onClick={onCancel}>
        Cancel
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

function Offer({ experiment: { id, hop, order, watch }, running, onBegin }: OfferProps) {
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
  const [token, setToken] = useState("");
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        onToken(token);
      }}
    >
      <label for="demo-token">Token: DEMO_TOKEN, or the file token of a private home</label>
      <input
        id="demo-token"
        class="search"
        type="password"
        autocomplete="off"
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <button type="submit" class="control">
        Unlock
      </button>
    </form>
  );
}
