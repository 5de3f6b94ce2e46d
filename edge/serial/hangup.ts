import { read } from "node:fs";
import { promisify } from "node:util";
import type { DarwinOpenOptions, LinuxOpenOptions, WindowsOpenOptions } from "@serialport/bindings-cpp";
import { unixRead } from "@serialport/bindings-cpp/dist/unix-read.js";
import { SerialPort } from "serialport";

type Binding = (typeof SerialPort)["binding"];

type OpenOptions = LinuxOpenOptions & DarwinOpenOptions & WindowsOpenOptions;

const readFd = promisify(read);

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
        unixRead({ binding: port, buffer, offset, length, fsReadAsync: readToEnd as typeof readFd });
    }
    return port;
  },
} as Binding;

async function readToEnd(
  fd: number,
  buffer: Buffer,
  offset: number,
  length: number,
  position: null,
): Promise<{ bytesRead: number; buffer: Buffer }> {
  const result = await readFd(fd, buffer, offset, length, position);
  if (result.bytesRead === 0) throw Object.assign(new Error("hung up"), { code: "EIO" });
  return result;
}
