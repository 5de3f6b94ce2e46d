import { createContext } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import type {
  ExperimentStarted,
  ExperimentsAnswer,
  ExperimentView,
} from "../../../../schemas/page/experiments.ts";
import type { StoryRef } from "../../../../schemas/page/story.ts";
import {
  beginTrial,
  canBegin,
  type Observed,
  type OrderProblem,
  observeTrial,
  type Trial,
  waitsFor,
} from "../rules/trial.ts";
import type { Texts } from "../texts/texts.ts";
import { PageStore } from "./store.ts";

const NONE: ExperimentsAnswer = { access: "no", experiments: [] };

/** What this page may break, and the trial that runs or ran last. Lives as long as the page, whatever is open. */
export class Trials {
  readonly #page: PageStore;
  readonly #listeners = new Set<() => void>();
  #token = "";
  #ordering = false;
  /** What the offer depended on when it was asked for; null: it was never asked for. */
  #askedFor: string | null = null;
  offer: ExperimentsAnswer = NONE;
  trial: Trial | null = null;
  /** What is begun as soon as the proof holds. */
  waiting: ExperimentView | null = null;
  /** Why the last order was not carried out; null: it was. */
  problem: OrderProblem | null = null;

  constructor(page: PageStore) {
    this.#page = page;
    page.subscribe(() => this.#observe());
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get running(): boolean {
    return this.#ordering || this.waiting !== null || (this.trial !== null && this.trial.after === null);
  }

  /** Why what waits cannot begin yet. */
  waitsFor(texts: Texts): string {
    return waitsFor(this.#page.latest.state?.proof ?? null, this.#page.now, texts);
  }

  /** Ask what may be broken. @param token - what the reader typed; empty on loopback. */
  async ask(token = this.#token): Promise<void> {
    this.#token = token;
    this.#askedFor = this.#breakable();
    const answer = await this.#fetch("/experiments").catch(() => null);
    this.offer = answer?.ok ? ((await answer.json()) as ExperimentsAnswer) : NONE;
    this.problem = token !== "" && this.offer.access === "token" ? { kind: "wrong-token" } : null;
    this.#tell();
  }

  /** At once where the proof holds: what comes after is compared with that one. Otherwise when it does. */
  async begin(experiment: ExperimentView): Promise<void> {
    const before = this.#look();
    this.problem = null;
    this.waiting = before === null || !canBegin(before.proof) ? experiment : null;
    if (before !== null && this.waiting === null) await this.#order(experiment, before);
    this.#tell();
  }

  /** Walk through a turnstile once. @returns which entry that is; null: not done, and `problem` says why. */
  async press(deviceId: string): Promise<StoryRef | null> {
    this.problem = null;
    try {
      const answer = await this.#fetch(`/experiments/press/${deviceId}`, "POST");
      const body = (await answer.json()) as StoryRef & { readonly error?: string };
      if (answer.ok) return body;
      this.problem = { kind: "refused", why: body.error ?? String(answer.status) };
    } catch {
      this.problem = { kind: "no-server" };
    }
    this.#tell();
    return null;
  }

  cancel(): void {
    this.waiting = null;
    this.#tell();
  }

  async #order({ id }: ExperimentView, before: Observed): Promise<void> {
    this.#ordering = true;
    this.#tell();
    try {
      const answer = await this.#fetch(`/experiments/${id}`, "POST");
      const body = (await answer.json()) as ExperimentStarted & { readonly error?: string };
      if (answer.ok) this.trial = beginTrial(body, before);
      else this.problem = { kind: "refused", why: body.error ?? String(answer.status) };
    } catch {
      this.problem = { kind: "no-server" };
    }
    this.#ordering = false;
  }

  /** What the offer depends on: a page that is opened early hears of devices and parts later. */
  #breakable(): string {
    const { state } = this.#page.latest;
    const heard = Object.values(state?.devices ?? {}).some(
      (device) => device.kind === "turnstile" && device.state === "online",
    );
    return [heard, ...(state?.parts ?? []).map(({ name }) => name)].join();
  }

  #look(): Observed | null {
    const { state } = this.#page.latest;
    if (!state) return null;
    const { proof, parts, devices } = state;
    return { proof, parts, devices, now: this.#page.now };
  }

  #fetch(path: string, method = "GET"): Promise<Response> {
    const headers = this.#token === "" ? {} : { authorization: `Bearer ${this.#token}` };
    return fetch(path, { method, headers });
  }

  #observe(): void {
    const seen = this.#look();
    if (!seen) return;
    if (this.#askedFor !== null && this.#askedFor !== this.#breakable()) void this.ask();
    if (this.waiting && canBegin(seen.proof)) {
      void this.begin(this.waiting);
      return;
    }
    const next = this.trial ? observeTrial(this.trial, seen) : null;
    if (next === this.trial && this.waiting === null) return;
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
