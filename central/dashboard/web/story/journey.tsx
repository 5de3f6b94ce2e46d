import { useEffect, useRef, useState } from "preact/hooks";
import type { StoryAnswer } from "../../../../schemas/page/story.ts";
import { goesOn, presentHop, standing, storyTitle } from "../rules/story.ts";
import { useTexts } from "../state/language.tsx";
import { STORY_HREF, stationHref } from "../state/route.ts";
import { useNow } from "../state/use.ts";
import { HopCard } from "./hop-card.tsx";
import { Meanwhile } from "./meanwhile.tsx";
import { useStory } from "./use-story.ts";
import { WalkThrough } from "./walk-through.tsx";

/** One reading's way, a card a hop, live until it is counted. */
export function Journey({ of }: { readonly of: string }) {
  const texts = useTexts();
  const [paused, setPaused] = useState(false);
  const { story, problem } = useStory(of, paused);
  const list = useRef<HTMLOListElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [at, setAt] = useState<number | null>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [story === null]);
  const last = (story?.hops.length ?? 1) - 1;
  const present = story ? presentHop(story.hops) : 0;
  const go = (step: number): void => {
    const next = Math.min(last, Math.max(0, (at ?? (step > 0 ? -1 : last + 1)) + step));
    setAt(next);
    const card = list.current?.children[next];
    card?.scrollIntoView({ block: "start" });
    card?.querySelector<HTMLElement>("h3")?.focus({ preventScroll: true });
  };
  useJourneyKeys({ go, pause: () => setPaused((before) => !before) });
  if (!story) {
    return (
      <article class="story" aria-label={texts.story.story}>
        <p class={problem === "" ? "muted" : "act"} role="status">
          {problem === "" ? texts.story.looking : problem}
        </p>
        <a href={STORY_HREF}>{texts.story.another}</a>
      </article>
    );
  }
  return (
    <article class="story" aria-labelledby="story" data-state={story.state}>
      <header class="story-head">
        <h2 id="story" ref={heading} tabIndex={-1}>
          {storyTitle(story, texts)}
        </h2>
        <a class="control" href="#/">
          {texts.page.close}
        </a>
      </header>
      <p class="muted">
        <a href={stationHref(story.stationId)}>{story.stationName}</a>
        {texts.story.boot(story.bootId)} <a href={STORY_HREF}>{texts.story.another}</a>
      </p>
      <Standing story={story} paused={paused} />
      <Controls story={story} paused={paused} onGo={go} onPause={() => setPaused(!paused)} />
      <ol class="journey" ref={list}>
        {story.hops.map((hop, i) => (
          <HopCard
            key={hop.name}
            hop={hop}
            number={i + 1}
            wait={i === present && hop.state === "here" ? story.wait : null}
            paused={paused}
          />
        ))}
      </ol>
      <Meanwhile deviceId={story.deviceId} />
    </article>
  );
}

interface ControlsProps {
  readonly story: StoryAnswer;
  readonly paused: boolean;
  readonly onGo: (step: number) => void;
  readonly onPause: () => void;
}

function Controls({ story, paused, onGo, onPause }: ControlsProps) {
  const texts = useTexts();
  return (
    <div class="story-controls">
      <button type="button" class="control" aria-keyshortcuts="k" onClick={() => onGo(-1)}>
        {texts.story.previous}
      </button>
      <button type="button" class="control" aria-keyshortcuts="j" onClick={() => onGo(1)}>
        {texts.story.next}
      </button>
      {goesOn(story) || paused ? (
        <button type="button" class="control" aria-pressed={paused} aria-keyshortcuts="p" onClick={onPause}>
          {paused ? texts.story.paused : texts.page.pause}
        </button>
      ) : null}
      {story.kind === "turnstile" ? (
        <WalkThrough deviceId={story.deviceId} words={texts.story.walkAgain} />
      ) : null}
    </div>
  );
}

function Standing({ story, paused }: { readonly story: StoryAnswer; readonly paused: boolean }) {
  const texts = useTexts();
  const now = useNow(1_000);
  const since = story.wait?.since ?? null;
  const wrong = story.loss !== null || story.wait?.fault === true;
  return (
    <p class={wrong ? "story-standing act" : "story-standing"} role="status">
      <strong>{standing(story, texts)}</strong>{" "}
      {since === null || !wrong ? null : (
        <span class="muted">
          {paused
            ? texts.story.sincePaused(Date.parse(story.asOf) - Date.parse(since))
            : texts.story.since(now - Date.parse(since))}
        </span>
      )}
    </p>
  );
}

interface JourneyKeys {
  readonly go: (step: number) => void;
  readonly pause: () => void;
}

/** J and K go from card to card, P pauses. */
function useJourneyKeys(keys: JourneyKeys): void {
  const last = useRef(keys);
  last.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement) return;
      if (event.key === "j") last.current.go(1);
      else if (event.key === "k") last.current.go(-1);
      else if (event.key === "p") last.current.pause();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
