import { EXIT } from "../../schemas/errors.ts";

/**
 * Answer `--help` and wrong words of a script that has no options.
 *
 * @param text - what it does, how long it takes and what it changes.
 * @param words - the arguments that it takes.
 */
export function answerHelp(script: string, text: string, words: readonly string[] = []): void {
  const asked = process.argv.slice(2);
  if (asked.includes("--help") || asked.includes("-h")) {
    const more = words.length > 0 ? `\n  npm run ${script} -- ${words[0]}` : "";
    const known = words.length > 0 ? `\n\nOne or several of: ${words.join(", ")}` : "";
    process.stdout.write(`${text}${known}\n\nExamples:\n  npm run ${script}${more}\n`);
    process.exit(EXIT.ok);
  }
  const wrong = asked.find((word) => !words.includes(word));
  if (wrong === undefined) return;
  process.stderr.write(`npm run ${script} knows no "${wrong}": see npm run ${script} -- --help\n`);
  process.exit(EXIT.usage);
}
