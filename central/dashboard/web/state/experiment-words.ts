import type { ExperimentView } from "../../../../schemas/page/experiments.ts";
import { useTexts } from "./language.tsx";
import { useStationNames } from "./use.ts";

type Words = Pick<ExperimentView, "hop" | "order" | "watch">;

/** What an experiment is called, and what it does, in the page's language. */
export function useExperimentWords(): (experiment: ExperimentView) => Words {
  const { breaking } = useTexts();
  const nameOf = useStationNames();
  return (experiment) =>
    breaking.experiment(experiment, nameOf(Number.parseInt(experiment.target ?? "", 10)));
}
