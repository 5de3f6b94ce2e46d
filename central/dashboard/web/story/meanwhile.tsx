import { useTrials } from "../state/trials.ts";

/** What a reader may break without leaving the story. */
export function Meanwhile({ deviceId }: { readonly deviceId: string }) {
  const trials = useTrials();
  const { access, experiments } = trials.offer;
  const near = experiments.filter(({ target, part }) => part !== null || target === deviceId);
  if (access !== "yes" || near.length === 0) return null;
  return (
    <section class="meanwhile" aria-labelledby="meanwhile">
      <h3 id="meanwhile">And if something breaks?</h3>
      <p>
        Break a hop, then walk through the turnstile again: the next entry waits before it, and goes on when
        it is back.
      </p>
      <div class="story-controls">
        {near.map((experiment) => (
          <button
            key={experiment.id}
            type="button"
            class="control"
            disabled={trials.running}
            title={experiment.watch}
            onClick={() => void trials.begin(experiment)}
          >
            {experiment.hop}: {experiment.order}
          </button>
        ))}
      </div>
      <p class="muted" role="status">
        {trials.waiting ? `Begins when the counts agree. It waits for this: ${trials.waitsFor}` : null}
        {trials.running && !trials.waiting && trials.trial
          ? `Under way: ${trials.trial.experiment.hop}, ${trials.trial.experiment.order.toLowerCase()}.`
          : null}
      </p>
    </section>
  );
}
