import { projectRoot } from "../../infra/runtime/project-root.ts";
import { modulesOf } from "./modules.ts";
import { FOLDERS } from "./rooms.ts";
import { lineOf, violations } from "./rules.ts";

const [root = projectRoot()] = process.argv.slice(2);
const found = violations(modulesOf(root, FOLDERS));
for (const violation of found) process.stdout.write(`${lineOf(violation)}\n`);
process.exitCode = found.length === 0 ? 0 : 1;
