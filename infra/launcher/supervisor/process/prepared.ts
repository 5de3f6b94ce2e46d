import { exitCodeOf, isCoded, messageOf } from "../../../../schemas/errors.ts";
import type { Ended, Launched } from "../supervise/part.ts";
import type { OnProcess } from "./run.ts";

/**
 * A launch that first has something to prepare on disk. Told to end meanwhile, it never starts.
 *
 * @param prepare - tells which process works on it, where one does.
 */
export function launchAfter<T>(
  prepare: (onProcess: OnProcess) => Promise<T>,
  launch: (prepared: T) => Launched,
): Launched {
  let launched: Launched | undefined;
  let preparing: number | null = null;
  let unwanted = false;
  const onProcess = (pid: number): void => {
    preparing = pid;
  };
  const began = prepare(onProcess).then((prepared) => {
    if (unwanted) throw new Error("stopped before it began");
    launched = launch(prepared);
    return launched;
  });
  return {
    get pid() {
      return launched?.pid ?? null;
    },
    get preparing() {
      return launched ? null : preparing;
    },
    ready: began.then(
      (child) => child.ready,
      () => new Promise<never>(() => {}),
    ),
    ended: began.then(
      (child) => child.ended,
      // What a person has to set right stays wrong: its code says that another try makes no sense.
      (error: unknown): Ended => ({
        code: isCoded(error) ? exitCodeOf(error) : null,
        reason: messageOf(error),
      }),
    ),
    stop() {
      unwanted = true;
      launched?.stop();
    },
    kill() {
      unwanted = true;
      if (launched) launched.kill();
      else if (preparing !== null) killNow(preparing);
    },
  };
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/** Work inside the supervisor, as a task: done when the promise is. */
export function launchWork(
  work: (signal: AbortSignal) => Promise<void>,
  codeOf: (error: unknown) => number,
): Launched {
  const abort = new AbortController();
  const ended = work(abort.signal).then(
    (): Ended => ({ code: 0, reason: "done" }),
    (error: unknown): Ended => ({ code: codeOf(error), reason: messageOf(error) }),
  );
  return {
    pid: null,
    ready: new Promise(() => {}),
    // Work that does not listen to the signal is let go.
    ended: Promise.race([
      ended,
      new Promise<Ended>((resolve) => {
        abort.signal.addEventListener("abort", () => resolve({ code: null, reason: "stopped" }));
      }),
    ]),
    stop: () => abort.abort(),
    kill: () => abort.abort(),
  };
}
