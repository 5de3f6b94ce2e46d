import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A module of a benchmark in a process of its own, with messages both ways. */
export interface Forked<From, To extends object | string> {
  readonly pid: number;
  /**
   * The first message from now on that is one of these.
   *
   * @returns a promise that rejects when the process ends before that; it need not be awaited.
   */
  heard<M extends From>(isOne: (message: From) => message is M): Promise<M>;
  tell(message: To): void;
  end(): void;
}

/** @param name - what an error calls it. */
export function forked<From, To extends object | string>(
  name: string,
  module: string,
  args: readonly string[],
): Forked<From, To> {
  const child: ChildProcess = fork(module, [...args], { execArgv: ["--import", "tsx"] });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${name} ended with ${code}`);
  });
  ended.catch(() => {});
  return {
    pid: child.pid ?? 0,
    heard<M extends From>(isOne: (message: From) => message is M) {
      const message = new Promise<M>((resolve) => {
        const listen = (each: From): void => {
          if (!isOne(each)) return;
          child.off("message", listen);
          resolve(each);
        };
        child.on("message", listen);
      });
      const either = Promise.race([message, ended]);
      either.catch(() => {});
      return either;
    },
    tell: (message) => void child.send(message),
    end: () => void child.kill("SIGKILL"),
  };
}
