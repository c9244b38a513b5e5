/**
 * Stage `local` with workloads of a test's own, on a whole local Azure in this process: real ARM, real blobs, real
 * scoring in Python, the program in a process of its own as the embedded engine starts it.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { connect } from "../../local/cli/azure.ts";
import { environment } from "../../local/cli/environment.ts";
import { readOutputs } from "../../local/cli/outputs.ts";
import type { StageOutputs } from "../../local/cli/outputs.ts";
import { arm } from "../../local/client/ask.ts";
import type { Client } from "../../local/client/ask.ts";
import { scorer } from "../../local/client/online.ts";
import { createBlobs } from "../../local/cloud/blob/blobs.ts";
import { ensureTls } from "../../local/cloud/ca.ts";
import { ROOMS, startLocalAzure } from "../../local/daemon/local-azure.ts";
import { localPaths, root } from "../../local/daemon/paths.ts";
import { freePorts } from "../../local/daemon/ports.ts";
import type { EngineEvent, Operation } from "../../local/engine/events.ts";
import { run } from "../../local/engine/run.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** Read where they stand; the program's own files are copied, as they find the project by where they are. */
const LINKED = ["components", "specs", "provider", "protocol", "node_modules"];
const COPIED = ["index.ts", "package.json", "Pulumi.yaml", "stacks"];

export interface Upped {
  readonly ok: boolean;
  readonly counts: Readonly<Partial<Record<Operation, number>>>;
  /** All that the program, the providers and the engine said. */
  readonly said: string;
  /** Logical names with what was done to them, without what stayed as it was. */
  readonly done: readonly string[];
}

export interface OwnStage {
  /** The project's folder. */
  readonly folder: string;
  readonly client: Client;
  /** @param file relative to the project. */
  write(file: string, text: string): void;
  remove(file: string): void;
  up(op?: "up" | "preview" | "destroy"): Promise<Upped>;
  outputs(): Promise<StageOutputs>;
  /** The state file. */
  state(): string;
  /** Requests to ARM and to the blob service, `METHOD URL`, since last asked. Those of the services themselves are not among them. */
  requests(): { readonly arm: string[]; readonly blob: string[] };
  score(endpoint: string, body?: string): Promise<{ readonly status: number; readonly text: string }>;
  /** ARM, signed in. */
  arm(method: "GET" | "POST", id: string, body?: object): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** What every test's stage says; `settings` comes on top, as YAML lines under `config:`. */
const stageFile = (settings: string) =>
  `config:\n  azure-ml:tags:\n    owner: test\n  azure-ml:clusters:\n    cpu-cluster: {vmSize: Standard_DS3_v2, maxNodes: 1}\n${settings}`;

export async function ownStage(files: Readonly<Record<string, string>>, settings = ""): Promise<OwnStage> {
  const folder = mkdtempSync(join(tmpdir(), "own-stage-"));
  for (const name of LINKED) symlinkSync(join(root, name), join(folder, name));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  write("Pulumi.local.yaml", stageFile(settings));
  for (const [file, text] of Object.entries(files)) write(file, text);

  const paths = localPaths(join(folder, ".local"));
  const tls = await ensureTls(paths.secrets);
  setDefaultCACertificates([...getCACertificates(), tls.ca]);
  const blob: string[] = [];
  const azure = await startLocalAzure(paths, await freePorts(), quiet, {
    ...ROOMS,
    createBlobs: (options) =>
      createBlobs({
        ...options,
        faults: ({ method, url }) => {
          blob.push(`${method} ${url.split("?")[0]!}`);
          return undefined;
        },
      }),
  });
  const running = { pid: process.pid, startedAt: "", ...azure.facts };
  const variables = await environment(paths, running, undefined);
  const client = await connect(paths, running);
  mkdirSync(dirname(paths.state), { recursive: true });
  const outputs = async () => {
    const found = await readOutputs(paths);
    if (!found) throw new Error("the stage has no outputs");
    return found;
  };
  const armLines = () =>
    readFileSync(paths.requests, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { method: string; url: string })
      .map(({ method, url }) => `${method} ${url}`);
  let told = 0;

  return {
    folder,
    client,
    write,
    outputs,
    remove: (file) => rmSync(join(folder, file), { recursive: true }),
    async up(op = "up") {
      const events: EngineEvent[] = [];
      const { ok, counts } = await run({
        op,
        cwd: folder,
        stack: "local",
        statePath: paths.state,
        env: { ...process.env, ...variables },
        onEvent: (event) => events.push(event),
      });
      const said = events.flatMap((event) =>
        event.kind === "diagnostic" || event.kind === "resource-failed" ? [event.message] : [],
      );
      const done = events.flatMap((event) =>
        event.kind === "resource-done" && event.op !== "same" ? [`${event.op} ${event.name}`] : [],
      );
      return { ok, counts, said: said.join("\n"), done };
    },
    state: () => readFileSync(paths.state, "utf8"),
    requests() {
      const lines = armLines();
      const since = { arm: lines.slice(told), blob: blob.splice(0) };
      told = lines.length;
      return since;
    },
    async score(endpoint, body = "{}") {
      const { [endpoint]: found } = (await outputs()).onlineEndpoints;
      const { answer } = await (await scorer(client, found!))(body);
      return { status: answer.status, text: answer.text };
    },
    arm: async (method, id, body) => (await arm(client, method, id, body)) as Record<string, unknown>,
    async close() {
      await azure.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Fails with all that was said. */
export function wentWell({ ok, said }: Upped): void {
  if (!ok) throw new Error(said);
}
