/** Where providers are and how they are started: attached ones by address, local plugins by their folder. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { connect } from "@azure-ml-as-code/protocol/client.ts";
import type { Handshake, ProviderClient } from "@azure-ml-as-code/protocol/client.ts";
import { compileCache } from "./cache.ts";

export interface Plugin {
  readonly client: ProviderClient;
  /** Absent for providers older than that call. */
  readonly handshake: Handshake | undefined;
}

export interface PluginHost {
  /** A plugin of this package, ready to be configured; a local one is a process of its own each time. */
  launch(pkg: string): Promise<Plugin>;
  /** Asks all providers to stop what they are doing, once. */
  cancel(): Promise<void>;
  /** Ends what was started here. */
  close(): Promise<void>;
}

export interface PluginSources {
  /** Package → `127.0.0.1:PORT`. */
  readonly attached: ReadonlyMap<string, string>;
  /** Package → folder or file that `node` can run. */
  readonly local: ReadonlyMap<string, string>;
  /** Where local plugins run: the project's folder, as with Pulumi. */
  readonly cwd: string;
}

/** What `PULUMI_DEBUG_PROVIDERS` (`name:port,name:port`) says. */
export function attachedProviders(setting: string | undefined): Map<string, string> {
  const attached = new Map<string, string>();
  for (const entry of (setting ?? "").split(",").filter((text) => text.trim() !== "")) {
    const [, name, port] = /^\s*([^:\s]+):(\d+)\s*$/.exec(entry) ?? [];
    if (name === undefined || port === undefined)
      throw new Error(`PULUMI_DEBUG_PROVIDERS has "${entry}"; wanted is name:port, separated by commas`);
    attached.set(name, `127.0.0.1:${port}`);
  }
  return attached;
}

/** How long a local plugin may take to print its port, and to end when asked to (milliseconds). */
const START_MS = 30_000;
const STOP_MS = 3_000;

interface Started {
  readonly child: ChildProcess;
  readonly address: Promise<string>;
}

function start(
  pkg: string,
  { path, cwd }: { readonly path: string; readonly cwd: string },
  engine: string,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Started {
  // A group of its own: Ctrl-C in the terminal is for the engine, which lets running steps end first.
  const child = spawn(process.execPath, [path, engine], {
    cwd,
    env: { ...env, NODE_COMPILE_CACHE: compileCache(env) },
    // Its stdin closes with this process, however that ends: a plugin must not go on with a release that nobody runs.
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  child.stdin.on("error", () => undefined); // it has ended already
  const last: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    last.push(line);
    last.splice(0, Math.max(0, last.length - 10));
    log(line);
  });
  const lines = createInterface({ input: child.stdout });
  const address = new Promise<string>((resolve, reject) => {
    const fail = (why: string) => {
      reject(new Error(`the provider plugin ${pkg} (${path}) ${why}${["", ...last].join("\n  ")}`));
    };
    const timer = setTimeout(() => fail(`printed no port within ${START_MS / 1000} s`), START_MS);
    child.once("error", (error) => fail(`could not be started: ${error.message}`));
    child.once("close", (code) => {
      clearTimeout(timer);
      fail(`ended with code ${String(code)} before it was ready`);
    });
    lines.once("line", (line) => {
      clearTimeout(timer);
      if (/^\d+$/.test(line.trim())) resolve(`127.0.0.1:${line.trim()}`);
      else fail(`printed "${line}" where its port was expected`);
      lines.on("line", log);
    });
  });
  address.catch(() => undefined); // whoever launches it hears of it
  return { child, address };
}

async function stop({ child }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "close");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/**
 * @param engine address that the plugins are given.
 * @param log lines that local plugins print.
 */
export function pluginHost(
  { attached, local, cwd }: PluginSources,
  engine: string,
  env: NodeJS.ProcessEnv,
  log: (pkg: string, line: string) => void,
): PluginHost {
  const clients: ProviderClient[] = [];
  const processes: Started[] = [];
  const connected = new Map<string, Promise<Plugin>>();
  const run = (pkg: string, path: string): Started => {
    const started = start(pkg, { path, cwd }, engine, env, (line) => log(pkg, line));
    processes.push(started);
    return started;
  };
  // Starting takes a while: the first process of each local plugin starts while the program loads.
  const warm = new Map([...local].map(([pkg, path]) => [pkg, run(pkg, path)]));

  async function greet(pkg: string, address: string): Promise<Plugin> {
    const client = await connect(address).catch((error: unknown) => {
      throw new Error(`the provider ${pkg} cannot be reached: ${(error as Error).message}`);
    });
    clients.push(client);
    return { client, handshake: await client.handshake(engine) };
  }

  async function attach(pkg: string, address: string): Promise<Plugin> {
    const plugin = await greet(pkg, address);
    await plugin.client.attach(engine);
    return plugin;
  }

  return {
    async launch(pkg) {
      const address = attached.get(pkg);
      if (address !== undefined) {
        const known = connected.get(pkg) ?? attach(pkg, address);
        connected.set(pkg, known);
        return known;
      }
      const path = local.get(pkg);
      if (path === undefined)
        throw new Error(
          `there is no provider for package ${pkg}: attach one with PULUMI_DEBUG_PROVIDERS=${pkg}:PORT, ` +
            "or name a local plugin under plugins.providers in Pulumi.yaml; the embedded engine downloads none",
        );
      const first = warm.get(pkg);
      warm.delete(pkg);
      return greet(pkg, await (first ?? run(pkg, path)).address);
    },
    async cancel() {
      // A provider that has gone, or knows no Cancel, has nothing left to stop.
      await Promise.allSettled(clients.map((client) => client.cancel()));
    },
    async close() {
      for (const client of clients) client.close();
      await Promise.all(processes.map(stop));
    },
  };
}
