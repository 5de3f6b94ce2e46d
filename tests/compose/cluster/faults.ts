import { type Cluster, PROJECT } from "./cluster.ts";

/** Something that befalls one container, and what ends it. */
export interface ContainerFault {
  readonly name: string;
  /** @returns ends it */
  strike(cluster: Cluster, container: string): Promise<() => Promise<void>>;
}

/** SIGKILL. The engine takes it for an order, and starts nothing again by itself. */
const kill: ContainerFault = {
  name: "kill",
  async strike(cluster, container) {
    await cluster.docker("kill", container);
    return async () => {
      await cluster.docker("start", container);
    };
  },
};

/** All its processes stand still, with their connections open. */
const pause: ContainerFault = {
  name: "pause",
  async strike(cluster, container) {
    await cluster.docker("pause", container);
    return async () => {
      await cluster.docker("unpause", container);
    };
  },
};

/** Out of the network, and back with the same names and perhaps another address. */
const disconnect: ContainerFault = {
  name: "disconnect",
  async strike(cluster, container) {
    const network = await cluster.networkOf(container);
    const aliases = await cluster.aliasesOf(container);
    await cluster.docker("network", "disconnect", network, container);
    return async () => {
      const names = aliases.flatMap((alias) => ["--alias", alias]);
      await cluster.docker("network", "connect", ...names, network, container);
    };
  },
};

export const FAULTS: readonly ContainerFault[] = [kill, pause, disconnect];

/** A broker loses its container and its disk, and comes back empty under its old number. */
export async function loseDisk(cluster: Cluster, service: string): Promise<() => Promise<void>> {
  await cluster.docker("kill", `${PROJECT}-${service}-1`);
  await cluster.docker("rm", `${PROJECT}-${service}-1`);
  await cluster.docker("volume", "rm", `${PROJECT}_${service}`);
  return async () => {
    await cluster.compose("up", "-d", "--no-deps", service);
  };
}
