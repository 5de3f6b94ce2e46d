import { Command } from "commander";
import type { Environment } from "../../infra/runtime/config.ts";
import { CodedError } from "../../schemas/errors.ts";
import { addCredential } from "./credentials.ts";
import { claimedIdentity, nameOf } from "./identity.ts";

/** `gateway credentials add <name>`: prints the new password, once. */
export function credentialsCommand(env: Environment): Command {
  const add = new Command("add")
    .description("Make a password for a station's agent (its id) or for `observer`; an older one ends.")
    .argument("<name>", "a station id, for example 40380, or observer")
    .action(async (name: string) => {
      const file = env["MQTT_CREDENTIALS_FILE"];
      if (!file) {
        throw new CodedError("CONFIG_INVALID", {
          message:
            "MQTT_CREDENTIALS_FILE is not set: name the file, for example MQTT_CREDENTIALS_FILE=credentials.json",
          retryable: false,
          context: { variable: "MQTT_CREDENTIALS_FILE" },
        });
      }
      const identity = claimedIdentity(name, name, false);
      if (!identity) {
        throw new CodedError("USAGE", {
          message: `"${name}" is neither a station id of five digits nor observer`,
          retryable: false,
        });
      }
      process.stdout.write(`${await addCredential(file, nameOf(identity))}\n`);
    });
  return new Command("credentials").description("Passwords of agents and observers.").addCommand(add);
}
