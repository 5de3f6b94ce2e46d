import type { Command } from "commander";
import { EXIT } from "../../../schemas/errors.ts";
import { printableLines } from "../text/printable.ts";
import { nearest } from "../text/spelling.ts";

/** For every program: its errors repeat what was on the command line, which may be somebody else's text. */
export const HARMLESS_OUTPUT = {
  writeErr: (text: string) => void process.stderr.write(printableLines(text)),
} as const;

/**
 * A misspelt command is answered with the nearest one. Commander takes it for an argument too many where a program also
 * does something without a command, and cannot say which one was meant.
 *
 * @param words - of the command line, after the program's own name.
 */
export function refuseUnknownCommand(program: Command, words: readonly string[]): void {
  const [word] = words;
  if (word === undefined || word.startsWith("-")) return;
  const [argument] = program.registeredArguments;
  if (argument && !argument.argChoices) return;
  const known = [
    ...(argument?.argChoices ?? []),
    ...program.commands.map((command) => command.name()),
    "help",
  ];
  if (known.includes(word)) return;
  const near = nearest(word, known, 1);
  const hint = near.length > 0 ? `did you mean ${near[0]}?` : `there are ${known.join(", ")}`;
  program.error(`error: there is no command '${word}': ${hint}`, { exitCode: EXIT.usage });
}
