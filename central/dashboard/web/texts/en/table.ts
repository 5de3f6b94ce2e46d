import { attention } from "./attention.ts";
import { breaking } from "./breaking.ts";
import { fleet } from "./fleet.ts";
import { formats } from "./formats.ts";
import { headway } from "./headway.ts";
import { help } from "./help.ts";
import { incident } from "./incident.ts";
import { lines } from "./lines.ts";
import { page } from "./page.ts";
import { proof } from "./proof.ts";
import { replay } from "./replay.ts";
import { station } from "./station.ts";
import { story } from "./story.ts";
import { train } from "./train.ts";

/** The English table; `Texts` is its type. */
export const EN = {
  language: "en" as const,
  ...formats,
  attention,
  breaking,
  fleet,
  headway,
  help,
  incident,
  lines,
  page,
  proof,
  replay,
  station,
  story,
  train,
};
