/**
 * Azurite in a process of its own, started by `server.ts` with `fork` and spoken to over its channel.
 *
 * Its classes are used instead of its command, for three things that the command lacks: storage accounts that come and go
 * while it runs, client certificates, and an end together with the process that started it, saving its indexes first.
 * Behind the front nobody else can reach it: who has no certificate of our CA is not let in. That matters because
 * Azurite reads bearer tokens without checking their signature.
 */
import { readFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { join } from "node:path";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { FromAzurite, ToAzurite } from "./server.ts";

/** What is used of Azurite 3.37, which ships no types for it. */
interface AzuriteConfiguration {
  getCert: () => object;
}
interface AzuriteServer {
  readonly httpServer: Server;
  readonly accountDataStore: { refresh(): void };
  start(): Promise<void>;
  close(): Promise<void>;
}

// Telemetry: three quarters of the modules it loads, and nothing we want to send.
registerHooks({
  load: (url, context, next) =>
    url.includes("/node_modules/applicationinsights/")
      ? { format: "commonjs", source: "", shortCircuit: true }
      : next(url, context),
});
const load = createRequire(import.meta.url);
const { default: Configuration } = load("azurite/dist/src/blob/BlobConfiguration.js") as {
  default: new (host: string, port: number) => AzuriteConfiguration;
};
const { default: BlobServer } = load("azurite/dist/src/blob/BlobServer.js") as {
  default: new (configuration: AzuriteConfiguration) => AzuriteServer;
};

const tell = (message: FromAzurite): void => void process.send?.(message);
let server: AzuriteServer | undefined;

/** Azurite reads them from this variable, and takes its well-known account when it is empty: `;` is no account at all. */
function useAccounts(accounts: Readonly<Record<string, string>>): void {
  const entries = Object.entries(accounts).map(([name, key]) => `${name}:${key}`);
  process.env["AZURITE_ACCOUNTS"] = entries.join(";") || ";";
  server?.accountDataStore.refresh();
}

async function start({ dir, tls, accounts }: Extract<ToAzurite, { do: "start" }>): Promise<void> {
  const { ca, cert, key } = {
    ca: readFileSync(tls.caFile),
    cert: readFileSync(tls.certFile),
    key: readFileSync(tls.keyFile),
  };
  const configuration = Object.assign(new Configuration("127.0.0.1", 0), {
    keepAliveTimeout: 3600, // seconds; the front decides when a connection ends
    metadataDBPath: join(dir, "blobs.json"),
    extentDBPath: join(dir, "extents.json"),
    persistencePathArray: [{ locationId: "Default", locationPath: join(dir, "extents"), maxConcurrency: 50 }],
    enableAccessLog: false,
    enableDebugLog: false,
    loose: true, // as Azure, ignore what isn't understood in a header or parameter
    skipApiVersionCheck: true, // clients are newer than Azurite
    cert: tls.certFile,
    key: tls.keyFile,
    oauth: "basic",
    getCert: () => ({ ca, cert, key, requestCert: true, rejectUnauthorized: true }),
  });
  useAccounts(accounts);
  server = new BlobServer(configuration);
  server.httpServer.requestTimeout = 0; // a large blob takes as long as it takes
  await server.start();
  tell({ port: (server.httpServer.address() as AddressInfo).port });
}

async function stop(): Promise<void> {
  await server?.close(); // saves the indexes
  process.exit(0);
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

process.on("message", (message: ToAzurite) => {
  if (message.do === "start") return void start(message).catch(fail);
  useAccounts(message.accounts);
  tell({ accounts: message.id });
});
process.on("disconnect", () => void stop().catch(fail));
process.on("SIGTERM", () => void stop().catch(fail));
process.on("SIGINT", () => {
  // Ctrl-C reaches every process of the terminal; the one that started us says when to end.
});
