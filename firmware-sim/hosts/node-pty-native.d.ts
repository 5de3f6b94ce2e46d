declare module "@lydell/node-pty/requireBinary.js" {
  /** The package's native module for this platform; the package's own Terminal class stays unused. */
  export function requireBinary(file: "pty.node"): {
    /** A pseudo-terminal: both descriptors (the master non-blocking) and the slave's path. */
    open(columns: number, rows: number): { master: number; slave: number; pty: string };
  };
}
