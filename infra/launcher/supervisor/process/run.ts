import { spawn } from "node:child_process";
import { CodedError } from "../../../../schemas/errors.ts";
import { defined } from "../../../runtime/defined.ts";

/** Tells the id of a process that prepares a part, so that it can be seen at work. */
export type OnProcess = (pid: number) => void;

export interface Errand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** A file descriptor; absent: nothing. */
  readonly stdin?: number;
  /** Root becomes this account; absent: as its parent. */
  readonly account?: { readonly uid: number; readonly gid: number };
}

/**
 * Run a program to its end.
 *
 * @throws {CodedError} CHILD_FAILED with its words.
 */
export function runErrand(errand: Errand, onProcess: OnProcess): Promise<void> {
  const { program, args, cwd, env, stdin, account } = errand;
  const name = program.split("/").at(-1);
  return new Promise((resolve, reject) => {
    const fail = (how: string): void =>
      reject(new CodedError("CHILD_FAILED", { message: `${name} ${how}`, retryable: false }));
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: [stdin ?? "ignore", "pipe", "pipe"],
      ...defined({ uid: account?.uid, gid: account?.gid }),
    });
    if (child.pid !== undefined) onProcess(child.pid);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-2_000);
      });
    }
    child.once("error", (error) => fail(`did not run: ${error.message}`));
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else fail(`ended with ${signal ?? `code ${code}`}: ${output.trim()}`);
    });
  });
}
