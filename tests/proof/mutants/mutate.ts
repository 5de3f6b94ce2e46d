import { join } from "node:path";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import type { Mutant } from "./list.ts";

export function pathOf({ file, folder = "central/audit" }: Mutant): string {
  return join(projectRoot(), folder, file);
}
