import { readdirSync } from "node:fs";
import { join } from "node:path";
import { onPath } from "./child.ts";

/** What set-up left below `.toolchain`. */
export interface Toolchain {
  readonly libs: string;
  readonly plugins: string;
  /** Of Flink: only where it was asked for. */
  readonly flinkLibs: string;
  /** Class-data archives, and the file that a new Kafka folder begins with. */
  readonly prepared: string;
}

export function toolchainOf(root: string): Toolchain {
  const folder = join(root, ".toolchain");
  return {
    libs: join(folder, "libs"),
    plugins: join(folder, "plugins"),
    flinkLibs: join(folder, "flink", "libs"),
    prepared: join(folder, "prepared"),
  };
}

export interface JvmOptions {
  readonly mainClass: string;
  readonly args: readonly string[];
  readonly heapMb: number;
  readonly toolchain: Toolchain;
  /** System properties. */
  readonly properties?: Readonly<Record<string, string>>;
  /** The archive of its classes to use, or the file to list its classes in, for an archive; absent: neither. */
  readonly classData?: ClassData;
  /** Packages of Java's base module that may be reflected on. */
  readonly opened?: readonly string[];
  /** Loggers that also tell what is no warning. */
  readonly informs?: readonly string[];
}

export type ClassData = { readonly archive: string } | { readonly list: string };

/**
 * The command line of a Java server: short to start and small rather than fast at its peak (C1 only, one
 * collector thread, classes from an archive where an earlier run could make one).
 */
export function jvmCommand(
  options: JvmOptions,
  env: Readonly<Record<string, string | undefined>>,
): { readonly program: string; readonly args: readonly string[] } {
  const { toolchain, heapMb, classData } = options;
  return {
    program: javaOf(env),
    args: [
      `-Xms${Math.min(64, heapMb)}m`,
      `-Xmx${heapMb}m`,
      "-XX:TieredStopAtLevel=1",
      "-XX:+UseSerialGC",
      ...sharing(classData),
      ...(options.opened ?? []).map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      // An archive of another Java is left unused, without a word on stderr.
      "-Xlog:disable",
      "-Xlog:all=error:stderr",
      "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
      ...(options.informs ?? []).map((logger) => `-Dorg.slf4j.simpleLogger.log.${logger}=info`),
      "-Dorg.slf4j.simpleLogger.showDateTime=true",
      "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
      ...Object.entries(options.properties ?? {}).map(([name, value]) => `-D${name}=${value}`),
      "-cp",
      classPath(toolchain),
      options.mainClass,
      ...options.args,
    ],
  };
}

/** Java takes the names of files for those of the locale: without UTF-8 it finds none with an umlaut. */
export function jvmEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, LC_ALL: "C.UTF-8" };
}

function sharing(classData: ClassData | undefined): readonly string[] {
  if (classData === undefined) return [];
  return "archive" in classData
    ? [`-XX:SharedArchiveFile=${classData.archive}`]
    : [`-XX:DumpLoadedClassList=${classData.list}`];
}

export function javaOf(env: Readonly<Record<string, string | undefined>>): string {
  return env["JAVA_HOME"] ? join(env["JAVA_HOME"], "bin", "java") : (onPath("java") ?? "java");
}

/** Sorted, because an archive fits only the class path it was made with. */
export function classPath({ libs }: Toolchain): string {
  return readdirSync(libs)
    .filter((file) => file.endsWith(".jar"))
    .sort()
    .map((file) => join(libs, file))
    .join(":");
}
