import { availableParallelism } from "node:os";
import type { SystemFault } from "../../../../schemas/system-faults.ts";
import type { PartContext } from "../process/part-context.ts";
import { ClonedAgent } from "./cloned-agent.ts";
import { FullDisk } from "./full-disk.ts";
import type { FaultMaker, FaultTargets } from "./maker.ts";
import { SlowProcess } from "./slow-process.ts";
import { StarvedMachine } from "./starved-machine.ts";
import { SystemFaults } from "./system-faults.ts";
import { WrongClock } from "./wrong-clock.ts";

/** The faults that a supervisor can make. @param sources - as for its programs. */
export function faultsHere(context: PartContext, targets: FaultTargets, sources: boolean): SystemFaults {
  const makers: Readonly<Record<SystemFault, FaultMaker>> = {
    "slow-kafka": new SlowProcess("kafka", targets, context.clock),
    "full-disk": new FullDisk("edge", targets),
    "wrong-clock": new WrongClock("edge", targets),
    "cloned-agent": new ClonedAgent(context, targets, sources),
    "starved-machine": new StarvedMachine(availableParallelism()),
  };
  return new SystemFaults(makers, context.clock);
}
