/** What stage `local` says of itself: the stack outputs in its deployment. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { SIGNATURE } from "@azure-ml-as-code/protocol/values.ts";
import { z } from "zod";
import { readIfThere } from "../daemon/paths.ts";
import type { LocalPaths } from "../daemon/paths.ts";

const endpoint = z.object({ name: z.string(), id: z.string(), scoringUri: z.string() });

/** The outputs that the verbs use; a stage may have more. Paths are relative to the repo. */
const schema = z.object({
  resourceGroup: z.string(),
  workspace: z.object({ name: z.string(), id: z.string() }),
  storageAccount: z.string(),
  onlineEndpoints: z.record(
    z.string(),
    endpoint.extend({
      authMode: z.string(),
      traffic: z.record(z.string(), z.number()),
      sampleRequest: z.string().optional(),
    }),
  ),
  batchEndpoints: z.record(
    z.string(),
    endpoint.extend({ defaultDeployment: z.string().optional(), sampleInput: z.string().optional() }),
  ),
});

export type StageOutputs = z.infer<typeof schema>;
export type OnlineEndpointOutput = StageOutputs["onlineEndpoints"][string];
export type BatchEndpointOutput = StageOutputs["batchEndpoints"][string];

/** A Pulumi deployment, as far as it is read here. */
interface Deployment {
  readonly resources?: readonly { type: string; outputs?: Record<string, unknown> }[];
}

/** The stack's file in a Pulumi file backend. */
export const backendState = (paths: LocalPaths): string =>
  join(paths.backend, ".pulumi", "stacks", "azure-ml", "local.json");

async function read(file: string): Promise<{ at: number; deployment: Deployment } | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const content = JSON.parse(text) as { deployment?: Deployment; checkpoint?: { latest?: Deployment } };
  const { mtimeMs } = await stat(file);
  return { at: mtimeMs, deployment: content.deployment ?? content.checkpoint?.latest ?? {} };
}

/** The newest deployment of stage `local`, whichever engine wrote it. */
export async function readDeployment(paths: LocalPaths): Promise<Deployment | undefined> {
  const found = await Promise.all([read(paths.state), read(backendState(paths))]);
  return found.filter((one) => one !== undefined).sort((a, b) => b.at - a.at)[0]?.deployment;
}

/** The stage's outputs; `undefined` before the first `up` has ended. */
export async function readOutputs(paths: LocalPaths): Promise<StageOutputs | undefined> {
  const deployment = await readDeployment(paths);
  const stack = deployment?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  const parsed = schema.safeParse(revealed(stack?.outputs ?? {}));
  return parsed.success ? parsed.data : undefined;
}

/** Secrets of an exported deployment replaced by what they hide. */
function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (value === null || typeof value !== "object") return value;
  const record = value as Record<string, unknown>;
  if (SIGNATURE in record && typeof record["plaintext"] === "string")
    return JSON.parse(record["plaintext"]) as unknown;
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, revealed(item)]));
}
