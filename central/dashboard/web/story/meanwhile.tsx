import { useExperimentWords } from "../state/experiment-words.ts";
import { useTexts } from "../state/language.tsx";
import { useTrials } from "../state/trials.ts";

/** What a reader may break without leaving the story. */
export function Meanwhile({ deviceId }: { readonly deviceId: string }) {
  const texts = useTexts();
  const trials = useTrials();
  const wordsOf = useExperimentWords();
  const { access, experiments } = trials.offer;
  const near = experiments.filter(({ target, part }) => part !== null || target === deviceId);
  if (access !== "yes" || near.length === 0) return null;
  const under = trials.running && !trials.waiting && trials.trial ? wordsOf(trials.trial.experiment) : null;
  return (
    <section class="meanwhile" aria-labelledby="meanwhile">
      <h3 id="meanwhile">{texts.story.broken}</h3>
      <p>{texts.story.brokenMore}</p>
      <div class="story-controls">
        {near.map((experiment) => {
          const { hop, order, watch } = wordsOf(experiment);
          return (
            <button
              key={experiment.id}
              type="button"
              class="control"
              disabled={trials.running}
              title={watch}
              onClick={() => void trials.begin(experiment)}
            >
              {hop}: {order}
            </button>
          );
        })}
      </div>
      <p class="muted" role="status">
        {trials.waiting ? texts.breaking.waitsFor(trials.waitsFor(texts)) : null}
        {under === null ? null : texts.story.underWay(under.hop, under.order)}
      </p>
    </section>
  );
}
