// @ts-check
// What `npm start` runs first. A Node that is too old must get as far as hearing so: what a newer one needs is loaded
// after that is known.
import { SetupError } from "./setup/error.mjs";
import { checkNode } from "./setup/tools.mjs";

try {
  checkNode(process.version);
  import("./setup/set-up.mjs");
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`✗ ${error.message}\n  ${error.fix}\n`);
  process.exitCode = 1;
}
