/** The ports of the local Azure, and who holds one that is taken. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";

/** Every port that the local Azure listens on, all on the loopback interface. */
export interface Ports {
  /** ARM, sign-in, metadata, data planes. */
  readonly cloud: number;
  /** Scoring. */
  readonly frontDoor: number;
  readonly blob: number;
  /** The page. */
  readonly studio: number;
  readonly azureNative: number;
  readonly azuread: number;
  readonly random: number;
}

/** Apart from what people run on their machines, and below the range from which systems hand out ports. */
export const DEFAULT_PORTS: Ports = {
  cloud: 28443,
  frontDoor: 28444,
  blob: 28445,
  studio: 28446,
  azureNative: 28447,
  azuread: 28448,
  random: 28449,
};

/** A port that something else holds. */
export interface TakenPort {
  readonly name: keyof Ports;
  readonly port: number;
  /** `1234 (python3 -m http.server)`, where the system tells. */
  readonly holder: string | undefined;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });

/** Those of `ports` that are taken now. A port 0 is never taken: the system gives a free one. */
export async function takenPorts(ports: Ports): Promise<TakenPort[]> {
  const taken: TakenPort[] = [];
  for (const [name, port] of Object.entries(ports) as [keyof Ports, number][]) {
    if (port === 0 || (await isFree(port))) continue;
    taken.push({ name, port, holder: await portHolder(port) });
  }
  return taken;
}

/** Free ports, all different. */
export async function freePorts(): Promise<Ports> {
  const servers = Object.keys(DEFAULT_PORTS).map(
    (name) =>
      new Promise<[string, number, () => void]>((resolve, reject) => {
        const server = createServer().once("error", reject);
        server.listen(0, "127.0.0.1", () => {
          const address = server.address();
          if (address === null || typeof address === "string") reject(new Error("no port was given"));
          else resolve([name, address.port, () => server.close()]);
        });
      }),
  );
  const given = await Promise.all(servers); // all at once, so that no two get the same
  for (const [, , close] of given) close();
  return Object.fromEntries(given.map(([name, port]) => [name, port])) as unknown as Ports;
}

/** The process that listens on a port, as Linux tells; `undefined` elsewhere, or when it belongs to another user. */
export async function portHolder(port: number): Promise<string | undefined> {
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await readFile(table, "utf8").catch(() => ""); // not Linux: the answer is "unknown"
    for (const line of text.split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const LISTEN = "0A";
      if (state === LISTEN && inode && parseInt(local?.split(":")[1] ?? "", 16) === port) inodes.add(inode);
    }
  }
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const handles = await readdir(`/proc/${pid}/fd`).catch(() => []); // ended meanwhile, or not ours
    for (const handle of handles) {
      const target = await readlink(`/proc/${pid}/fd/${handle}`).catch(() => "");
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (!inode || !inodes.has(inode)) continue;
      const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").join(" ").trim();
      return `${pid} (${command.slice(0, 120)})`;
    }
  }
  return undefined;
}
