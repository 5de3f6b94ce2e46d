import { readSync } from "node:fs";
import type { DarwinOpenOptions, LinuxOpenOptions, WindowsOpenOptions } from "@serialport/bindings-cpp";
import { unixRead } from "@serialport/bindings-cpp/dist/unix-read.js";
import { SerialPort } from "serialport";

type ReadFd = NonNullable<Parameters<typeof unixRead>[0]["fsReadAsync"]>;
type Binding = (typeof SerialPort)["binding"];

type OpenOptions = LinuxOpenOptions & DarwinOpenOptions & WindowsOpenOptions;

/**
 * The system's binding, with a hang-up told.
 *
 * A tty that was hung up answers every read with 0 bytes, at once. bindings-cpp takes that for "nothing yet" and reads
 * again, for ever: the port never closes, and each dead line costs a core. With VMIN = 1 (its default) an empty read can
 * only be the end, so here it is an error, which the library turns into `close` with `disconnected`.
 */
export const systemBinding: Binding = {
  list: SerialPort.binding.list.bind(SerialPort.binding),
  async open(options: OpenOptions) {
    const port = await SerialPort.binding.open(options);
    if ("poller" in port) {
      port.read = (buffer, offset, length) =>
        unixRead({ binding: port, buffer, offset, length, fsReadAsync: readToEnd as ReadFd });
    }
    return port;
  },
} as Binding;

/**
 * bindings-cpp opens a port so that it never blocks: a read is over in microseconds, with bytes or with EAGAIN. By the
 * thread pool, as Node reads otherwise, each costs two more wake-ups; of hundreds of lines that is a third of an agent's
 * processor time at rest.
 */
async function readToEnd(
  fd: number,
  buffer: Buffer,
  offset: number,
  length: number,
  position: null,
): Promise<{ bytesRead: number; buffer: Buffer }> {
  const bytesRead = readSync(fd, buffer, offset, length, position);
  if (bytesRead === 0) throw Object.assign(new Error("hung up"), { code: "EIO" });
  return { bytesRead, buffer };
}
