/**
 * A stage brought up on paper: the program, the engine, the providers and the local Azure's rules are real; models are
 * neither uploaded nor started. Nobody signs in anywhere, nothing outlives it.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { environment } from "@azure-ml-as-code/local/cli/environment.ts";
import { hollowRooms } from "@azure-ml-as-code/local/daemon/hollow.ts";
import { KNOWN } from "@azure-ml-as-code/local/daemon/identity.ts";
import { startLocalAzure } from "@azure-ml-as-code/local/daemon/local-azure.ts";
import { localPaths } from "@azure-ml-as-code/local/daemon/paths.ts";
import { freePorts } from "@azure-ml-as-code/local/daemon/ports.ts";
import type { EngineEvent } from "@azure-ml-as-code/local/engine/events.ts";
import { run } from "@azure-ml-as-code/local/engine/run.ts";
import type { Op } from "@azure-ml-as-code/local/engine/run.ts";
import type { Deployment } from "@azure-ml-as-code/local/engine/state.ts";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import { createProvider } from "@azure-ml-as-code/provider/provider.ts";
import { rehearsing } from "./rehearsing-provider.ts";

/** What one run of the engine did, or would do. */
export interface Rehearsed {
  readonly deployment: Deployment;
  readonly events: readonly EngineEvent[];
  /** What the program, a provider or a rule of Azure refused; nothing else was begun after it. */
  readonly failures: readonly string[];
}

export interface Rehearsal {
  /**
   * @param cwd the project's folder
   * @param from the state to begin with; none unless given
   */
  perform(op: Op, cwd: string, stage: string, from?: Deployment): Promise<Rehearsed>;
  /** What stands for addresses and ids of this Azure, which mean nothing to anybody else. */
  readonly words: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** The state of a stage that was never brought up. */
export const NOTHING: Deployment = { resources: [], pendingOperations: [] };

/** What is protected is told, not refused: the reader is to see what a change would take away. */
const unprotected = (state: Deployment): Deployment => ({
  ...state,
  resources: state.resources.map((resource) => ({ ...resource, protect: false })),
});
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** @param recorded what is in a state is taken as it stands there, not read: for states of an Azure that is elsewhere. */
export async function startRehearsal({ recorded }: { readonly recorded: boolean }): Promise<Rehearsal> {
  const folder = await mkdtemp(join(tmpdir(), "azure-ml-plan-"));
  const paths = localPaths(folder);
  const azure = await startLocalAzure(paths, await freePorts(), silent, hollowRooms);
  const variables = await environment(paths, { ...azure.facts, pid: process.pid, startedAt: "" }, undefined);
  const env = { ...process.env, ...variables };
  // The provider `azureml` runs in this process, which must trust that Azure too.
  const trusted = getCACertificates();
  const urls = Object.values({ ...azure.facts.urls });
  setDefaultCACertificates([...trusted, await readFile(azure.facts.caFile, "utf8")]);
  return {
    words: new Map([
      ...urls.map((url) => [url, "https://azure"] as const),
      ...urls.map((url) => [new URL(url).host, "azure"] as const),
      [`principal ${KNOWN.objectId}`, "who runs `pulumi up`"],
    ]),
    async perform(op, cwd, stage, from = NOTHING) {
      const azureml = await serve(rehearsing(createProvider({ env, root: cwd }), { recorded }));
      const events: EngineEvent[] = [];
      try {
        const { ok, deployment } = await run({
          ...{ op, cwd, stack: stage, env, state: unprotected(from), anyStack: true },
          providers: { azureml: `127.0.0.1:${String(azureml.port)}` },
          onEvent: (event) => events.push(event),
        });
        return { deployment, events, failures: ok ? [] : failuresOf(events) };
      } finally {
        await azureml.close();
      }
    },
    async close() {
      setDefaultCACertificates(trusted);
      await azure.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * What a change does: it is made, not only previewed, so that what it makes is known. Where it fails, the preview says
 * what it was about to do, and the failures why it does not get there.
 */
export async function makeChange(
  rehearsal: Rehearsal,
  cwd: string,
  stage: string,
  from: Deployment,
): Promise<Rehearsed> {
  const made = await rehearsal.perform("up", cwd, stage, from);
  if (made.failures.length === 0) return made;
  const previewed = await rehearsal.perform("preview", cwd, stage, from);
  return previewed.failures.length === 0 ? { ...previewed, failures: made.failures } : made;
}

const failuresOf = (events: readonly EngineEvent[]): string[] =>
  events.flatMap((event) =>
    event.kind === "resource-failed"
      ? [`${event.type} ${event.name}: ${event.message}`]
      : event.kind === "diagnostic" && event.severity === "error"
        ? [event.message]
        : [],
  );
