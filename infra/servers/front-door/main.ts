import { processSettings } from "../../runtime/service/config.ts";
import { createProgram, runProgram } from "../../runtime/service/program.ts";
import { serve } from "../../runtime/service/serve.ts";
import { frontDoorSettings } from "./config.ts";

const { env } = process;
const name = "front-door";

const program = createProgram({
  name,
  description:
    "Keeps web pages of elsewhere from HTTP servers that cannot do it by themselves. Speaks HTTP/1.1.",
  settings: [frontDoorSettings, processSettings],
  examples: `  FRONT_DOOR_TARGETS=8081=http://schema-registry:8081,8083=http://connect:8083 front-door`,
  env,
}).action(() => serve({ name, services: [{ name, load: () => import("./service.ts") }], env }));

await runProgram(program);
