import { accessOf } from "../../runtime/http/access-settings.ts";
import { reverseProxy } from "../../runtime/http/reverse-proxy.ts";
import { readConfig } from "../../runtime/service/config.ts";
import type { ServiceContext } from "../../runtime/service/serve.ts";
import type { RunningService } from "../../runtime/service/service-set.ts";
import { frontDoorSettings } from "./config.ts";

export interface FrontDoor extends RunningService {
  /** Where each server is reached, in the order of the setting. */
  readonly urls: readonly string[];
}

/**
 * A door for each server. One that does not answer is answered for by 502.
 *
 * @throws {CodedError} CONFIG_INVALID, PORT_TAKEN
 */
export async function start({ env, logger }: Pick<ServiceContext, "env" | "logger">): Promise<FrontDoor> {
  const config = readConfig(frontDoorSettings, env);
  const doors = config.FRONT_DOOR_TARGETS.map(({ port, target }) => ({
    port,
    target,
    server: reverseProxy({ target, access: accessOf(config), maxBody: config.FRONT_DOOR_MAX_BODY, logger }),
  }));
  const stop = async (): Promise<void> => {
    await Promise.all(doors.map(({ server }) => server.close()));
  };
  const urls: string[] = [];
  try {
    for (const { port, target, server } of doors) {
      const { url } = await server.listen(port, config.FRONT_DOOR_HOST);
      urls.push(url);
      logger.info({ url, target }, "listening");
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, probe: () => ({ ready: true, detail: { doors: doors.length } }), stop };
}
