/** Where Node keeps compiled code between runs: loading the SDK anew each time is most of a small run. */
import { homedir } from "node:os";
import { join } from "node:path";

/** Beside the product's other caches; Node makes the folder. */
export const compileCache = (env: NodeJS.ProcessEnv): string =>
  env["NODE_COMPILE_CACHE"] ??
  join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "azure-ml-as-code", "node");
