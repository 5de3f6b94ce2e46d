import { Command } from "commander";
import type { Environment } from "../../infra/runtime/config.ts";
import { fileOf } from "../../infra/runtime/setting-files.ts";
import { CodedError } from "../../schemas/errors.ts";
import { STATIONS } from "../../schemas/network/network.ts";
import { addCredential, shareCredential } from "./credentials.ts";
import { claimedIdentity, nameOf } from "./identity.ts";

/** `gateway credentials add <name>`: prints the new password, once. */
export function credentialsCommand(env: Environment): Command {
  const add = new Command("add")
    .description("Make a password for a station's agent (its id) or for `observer`; an older one ends.")
    .argument("<name>", "a station id, for example 40380, or observer")
    .action(async (name: string) => {
      const file = fileIn(env);
      const identity = claimedIdentity(name, name, false);
      if (!identity) {
        throw new CodedError("USAGE", {
          message: `"${name}" is neither a station id of five digits nor observer`,
          retryable: false,
        });
      }
      process.stdout.write(`${await addCredential(file, nameOf(identity))}\n`);
    });
  const share = new Command("share")
    .description("Give the agents of all stations one password, for a system whose agents run in one place.")
    .argument("<file>", "holds the password, on its first line")
    .action(async (passwordFile: string) => {
      const [password = ""] = fileOf("<file>", passwordFile).toString("utf8").split("\n");
      if (password === "") {
        throw new CodedError("USAGE", { message: `${passwordFile} holds no password`, retryable: false });
      }
      const names = STATIONS.map(({ id }) => String(id));
      await shareCredential(fileIn(env), names, password);
      process.stdout.write(`${names.length} agents have this password now\n`);
    });
  return new Command("credentials")
    .description("Passwords of agents and observers.")
    .addCommand(add)
    .addCommand(share);
}

/** @throws {CodedError} CONFIG_INVALID */
function fileIn(env: Environment): string {
  const file = env["MQTT_CREDENTIALS_FILE"];
  if (file) return file;
  throw new CodedError("CONFIG_INVALID", {
    message:
      "MQTT_CREDENTIALS_FILE is not set: name the file, for example MQTT_CREDENTIALS_FILE=credentials.json",
    retryable: false,
    context: { variable: "MQTT_CREDENTIALS_FILE" },
  });
}
