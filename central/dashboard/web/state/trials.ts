import { createContext } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import type {
  ExperimentStarted,
  ExperimentsAnswer,
  ExperimentView,
} from "../../../../schemas/page/experiments.ts";
import { beginTrial, observeTrial, type Trial } from "../rules/trial.ts";
import { PageStore } from "./store.ts";

const NONE: ExperimentsAnswer = { access: "no", experiments: [] };

/** What this page may break, and the trial that runs or ran last. Lives as long as the page, whatever is open. */
export class Trials {
  readonly #page: PageStore;
  readonly #listeners = new Set<() => void>();
  #token = "";
  offer: ExperimentsAnswer = NONE;
  trial: Trial | null = null;
  /** Why the last order was not carried out. */
  problem = "";

  constructor(page: PageStore) {
    this.#page = page;
    page.subscribe(() => this.#observe());
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get running(): boolean {
    return this.trial !== null && this.trial.after === null;
  }

  /** Ask what may be broken. @param token - what the reader typed; empty on loopback. */
  async ask(token = this.#token): Promise<void> {
    this.#token = token;
    const answer = await this.#fetch("/experiments").catch(() => null);
    this.offer = answer?.ok ? ((await answer.json()) as ExperimentsAnswer) : NONE;
    this.problem = token !== "" && this.offer.access === "token" ? "That is not the token." : "";
    this.#tell();
  }

  async begin(experiment: ExperimentView): Promise<void> {
    const before = this.#page.view.state?.proof ?? null;
    try {
      const answer = await this.#fetch(`/experiments/${experiment.id}`, "POST");
      const body = (await answer.json()) as ExperimentStarted & { readonly error?: string };
      this.problem = answer.ok ? "" : `Not done: ${body.error ?? answer.status}.`;
      if (answer.ok) this.trial = beginTrial(experiment, body, before);
    } catch {
      this.problem = "Not done: the server of this page does not answer.";
    }
    this.#tell();
  }

  #fetch(path: string, method = "GET"): Promise<Response> {
    const headers = this.#token === "" ? {} : { authorization: `Bearer ${this.#token}` };
    return fetch(path, { method, headers });
  }

  #observe(): void {
    const { state } = this.#page.view;
    if (!this.trial || !state) return;
    const { proof, parts } = state;
    const next = observeTrial(this.trial, { proof, parts, now: this.#page.now });
    if (next === this.trial) return;
    this.trial = next;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const TrialsContext = createContext(new Trials(new PageStore()));

/** The trials; the component is drawn again whenever they change. */
export function useTrials(): Trials {
  const trials = useContext(TrialsContext);
  const [, redraw] = useState(0);
  useLayoutEffect(() => trials.subscribe(() => redraw((n) => n + 1)), [trials]);
  return trials;
}
