/** The endpoints of a subscription as ARM shows them, and how a person's name for one is understood. */
import { z } from "zod";
import { arm } from "./ask.ts";
import type { Client } from "./ask.ts";

const weights = z
  .record(z.string(), z.number())
  .nullish()
  .transform((map) => map ?? {});
const settings = z.record(z.string(), z.unknown()).nullish();

const online = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    authMode: z.string(),
    scoringUri: z.string(),
    provisioningState: z.string(),
    traffic: weights,
    mirrorTraffic: weights,
  }),
});
const onlineDeployment = z.object({
  id: z.string(),
  name: z.string(),
  sku: z.object({ capacity: z.number().optional() }).nullish(),
  properties: z.object({
    provisioningState: z.string(),
    model: z.string().nullish(),
    environmentId: z.string().nullish(),
    instanceType: z.string().nullish(),
    requestSettings: settings,
  }),
});
const batch = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    scoringUri: z.string(),
    provisioningState: z.string(),
    defaults: z.object({ deploymentName: z.string().nullish() }).nullish(),
  }),
});
const batchDeployment = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    provisioningState: z.string(),
    model: z.object({ assetId: z.string().optional() }).nullish(),
    miniBatchSize: z.number().nullish(),
    resources: z.object({ instanceCount: z.number().nullish() }).nullish(),
    maxConcurrencyPerInstance: z.number().nullish(),
  }),
});
const workspace = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  properties: z.object({ provisioningState: z.string().nullish(), friendlyName: z.string().nullish() }),
});

export type Workspace = z.output<typeof workspace>;
export type OnlineEndpoint = z.output<typeof online>;
export type OnlineDeployment = z.output<typeof onlineDeployment>;
export type BatchEndpoint = z.output<typeof batch>;
export type BatchDeployment = z.output<typeof batchDeployment>;

/** All pages of a list. @throws AnswerError, or a ZodError for an item of another shape. */
export async function listOf<T extends z.ZodType>(
  client: Client,
  path: string,
  item: T,
): Promise<z.output<T>[]> {
  return z.object({ value: z.array(item) }).parse(await arm(client, "GET", path)).value;
}

export const workspacesOf = (client: Client, subscriptionId: string): Promise<Workspace[]> =>
  listOf(
    client,
    `/subscriptions/${subscriptionId}/providers/Microsoft.MachineLearningServices/workspaces`,
    workspace,
  );
export const onlineEndpointsOf = (client: Client, workspaceId: string): Promise<OnlineEndpoint[]> =>
  listOf(client, `${workspaceId}/onlineEndpoints`, online);
export const onlineDeploymentsOf = (client: Client, endpointId: string): Promise<OnlineDeployment[]> =>
  listOf(client, `${endpointId}/deployments`, onlineDeployment);
export const batchEndpointsOf = (client: Client, workspaceId: string): Promise<BatchEndpoint[]> =>
  listOf(client, `${workspaceId}/batchEndpoints`, batch);
export const batchDeploymentsOf = (client: Client, endpointId: string): Promise<BatchDeployment[]> =>
  listOf(client, `${endpointId}/deployments`, batchDeployment);

/** `…/models/NAME/versions/V` → `NAME:V`; anything else as it is. */
export const assetName = (id: string): string =>
  /\/([^/]+)\/versions\/([^/]+)$/.exec(id)?.slice(1).join(":") ?? id;

/** Letters to change, add or take away to make one word of the other. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** Those of `names` that a person may have meant, nearest first; three at most. */
export function nearest(asked: string, names: readonly string[]): string[] {
  const wanted = asked.toLowerCase();
  return [...new Set(names)]
    .map((name) => {
      const lower = name.toLowerCase();
      const within = wanted !== "" && (lower.includes(wanted) || wanted.includes(lower));
      return { name, far: within ? 0 : distance(wanted, lower) };
    })
    .filter(({ name, far }) => far <= Math.max(2, Math.ceil(name.length / 2)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name);
}
