import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { EXIT } from "../../../schemas/errors.ts";
import { launchBrowser } from "../../support/browser.ts";
import { builtPage } from "../../support/built.ts";
import { findFirefox } from "../../support/firefox.ts";
import { contactSheet, type Picture } from "./contact-sheet.ts";
import { type Eyes, LOOKS, type Look, openChromium, openFirefox, widthsOf } from "./looks.ts";
import { STATES, type State } from "./states.ts";
import { type Language, look, Theatre } from "./visit.ts";

const BROWSERS = ["chromium", "firefox"] as const;
const LANGUAGES = ["en", "es"] as const;

interface Options {
  readonly browser: readonly (typeof BROWSERS)[number][];
  readonly look: readonly Look[];
  readonly language: readonly Language[];
  readonly state: readonly string[];
  readonly out: string;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const note = (line: string): void => void process.stderr.write(`${line}\n`);

/** One browser in one look; null where there is no such browser. */
function openEyes(browser: (typeof BROWSERS)[number], of: Look): Promise<Eyes> | null {
  if (browser === "chromium") return openChromium(of);
  const path = findFirefox();
  return path === null ? null : openFirefox(path, of);
}

async function lookAt(theatre: Theatre, eyes: Eyes, options: Options, state: State): Promise<number> {
  let wrong = 0;
  for (const language of options.language) {
    const pictures: Picture[] = [];
    const visit = { eyes, state, language, widths: widthsOf(eyes.look) };
    const found = await look(theatre, {
      ...visit,
      take: async (page, name) =>
        void pictures.push({ name, png: await page.screenshot({ fullPage: eyes.look === "print" }) }),
    }).catch((error: unknown) => [`${state.name} ${language} ${eyes.name} ${eyes.look}: ${String(error)}`]);
    for (const one of found) say(one);
    wrong += found.length;
    const name = [state.name, language, eyes.name, eyes.look].join(" ").replaceAll(" ", "-");
    const drawer = await launchBrowser();
    writeFileSync(join(options.out, `${name}.png`), await contactSheet(drawer, pictures));
    await drawer.close();
  }
  return wrong;
}

async function main(options: Options): Promise<void> {
  const unknown = options.state.find((name) => !STATES.some((state) => state.name === name));
  if (unknown !== undefined) {
    note(`there is no state "${unknown}": one of ${STATES.map(({ name }) => name).join(", ")}`);
    process.exitCode = EXIT.usage;
    return;
  }
  mkdirSync(options.out, { recursive: true });
  const states = STATES.filter(({ name }) => options.state.length === 0 || options.state.includes(name));
  let wrong = 0;
  for (const browser of options.browser) {
    for (const of of options.look) {
      const eyes = await openEyes(browser, of);
      if (!eyes) {
        note(
          "firefox is left out: there is none here (Debian: apt-get install firefox-esr), or set TEST_FIREFOX",
        );
        break;
      }
      const theatre = new Theatre(await builtPage());
      for (const state of states) wrong += await lookAt(theatre, eyes, options, state);
      await theatre.close();
      await eyes.close();
    }
  }
  note(`${wrong} things are wrong; pictures are in ${options.out}`);
  if (wrong > 0) process.exitCode = EXIT.failure;
}

const command = new Command("matrix")
  .description(
    "Opens the page in every state, at five widths and on paper, light, dark and in forced colours, in English and\n" +
      "Spanish, in Chromium and Firefox; says what axe and the rules of the layout find, and draws a contact sheet of\n" +
      "each. All of it takes an hour on two cores.",
  )
  .addOption(new Option("--browser <names...>", "which browsers").choices(BROWSERS).default([...BROWSERS]))
  .addOption(new Option("--look <names...>", "which looks").choices(LOOKS).default([...LOOKS]))
  .addOption(
    new Option("--language <codes...>", "which languages").choices(LANGUAGES).default([...LANGUAGES]),
  )
  .option("--state <names...>", "which states; all without it", [])
  .option("--out <folder>", "where the pictures go", join("dist", "matrix"))
  .addHelpText(
    "after",
    `
Ends with 1 when anything is wrong.

Examples:
  npm run matrix
  npm run matrix -- --browser firefox --look dark --state live trouble`,
  );
await main(command.parse().opts<Options>());
