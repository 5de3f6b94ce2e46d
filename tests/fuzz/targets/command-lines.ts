import { CommanderError } from "commander";
import { commandLine } from "../../../infra/launcher/supervisor/options.ts";
import { refuseUnknownCommand } from "../../../infra/runtime/service/commands.ts";
import { isCoded } from "../../../schemas/errors.ts";
import { hostile, OBEYED } from "../../security/hostile-texts.ts";
import { refusing, type Target } from "../target.ts";
import { repeated, texts } from "./texts.ts";

const nothing = async (): Promise<void> => {};

/** What a command line prints of itself. */
function printed(run: () => void): string {
  const { write } = process.stderr;
  let text = "";
  process.stderr.write = ((chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  }) as typeof process.stderr.write;
  try {
    run();
  } finally {
    process.stderr.write = write;
  }
  return text;
}

function parse(words: readonly string[]): void {
  const program = commandLine({ start: nothing, infra: nothing, status: nothing });
  for (const command of [program, ...program.commands]) command.exitOverride();
  refuseUnknownCommand(program, words);
  program.parse(words, { from: "user" });
}

/** Help is asked for, and printed on stdout: none of it is somebody else's text. */
const asksForHelp = (word: string): boolean => /^(help|--help|-[a-z]*h[a-z]*)$/.test(word);

export const commandLines: Target = {
  name: "command-lines",
  about: "words of a command line, which an error repeats on a terminal",
  maxBytes: 64 * 1024,
  corpus: texts(
    "start\n--port\n9000\n--speed\n120\n--lines\nred,blue\n--without\nedge,firmware-sim",
    "start\n--only\nkafka\n--brokers\n3\n--seed\n7\n--from\n2018-10-01T08:00\n--durable",
    "status\n--watch\n--json\n--home\n/tmp/x",
    "infra\n--free-ports\n--quiet",
    "start\n--rate=3\n--stations=40380,41400\n--no-weather",
    `start\n--${hostile("x")}\n--lines\n${hostile("red")}`,
    hostile("stat"),
  ),
  families: {
    "a word of n letters": (n) => Buffer.from(`s${"t".repeat(n)}`),
    "an option of n letters": (n) => Buffer.from(`start\n--${"p".repeat(n)}`),
    "a station of n letters": (n) => Buffer.from(`start\n--stations\n40380${"e".repeat(n)}`),
    "n lines of the city": (n) => Buffer.from(`start\n--lines\n${repeated(n, (i) => `red${i}`)}`),
  },
  take(input) {
    const words = input.toString().replaceAll("\0", "").split("\n");
    if (words.some(asksForHelp)) return false;
    let taken = false;
    const text = printed(() => {
      taken = refusing(
        () => parse(words),
        (error) => error instanceof CommanderError || isCoded(error),
      );
    });
    if (OBEYED.test(text)) throw new Error(`a terminal would obey what was printed: ${JSON.stringify(text)}`);
    return taken;
  },
};
