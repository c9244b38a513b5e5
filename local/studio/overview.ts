/** What the page shows, asked of ARM; what it tries, sent to the scoring URI. */
import { z } from "zod";

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * A request signed in for `audience`, or with `bearer` as it is. Paths that begin with `/` are ARM's.
 * Any status is an answer.
 */
export type Ask = (
  method: "GET" | "POST",
  url: string,
  options?: { body?: string; bearer?: string; audience?: string; headers?: Record<string, string> },
) => Promise<Asked>;

const API = "api-version=2025-12-01";
const ML_AUDIENCE = "https://ml.azure.com";

const weights = z.record(z.string(), z.number()).default({});
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
  sku: z.object({ capacity: z.number().optional() }).optional(),
  properties: z.object({
    provisioningState: z.string(),
    model: z.string().optional(),
    instanceType: z.string().optional(),
  }),
});
const batch = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    scoringUri: z.string(),
    defaults: z.object({ deploymentName: z.string().nullish() }).nullish(),
  }),
});
const job = z.object({
  name: z.string(),
  properties: z.object({
    status: z.string(),
    displayName: z.string().nullish(),
    jobType: z.string(),
  }),
  systemData: z.object({ createdAt: z.string() }).optional(),
});
const workspace = z.object({ id: z.string(), name: z.string() });
const change = z.object({ time: z.string(), traffic: weights });

const list = <T extends z.ZodType>(item: T) => z.object({ value: z.array(item) });

/** `…/models/NAME/versions/V` → `NAME:V` */
const assetName = (id: string | undefined): string | undefined =>
  id === undefined ? undefined : (/\/([^/]+)\/versions\/([^/]+)$/.exec(id)?.slice(1).join(":") ?? id);

export function createOverview(ask: Ask, subscriptionId: string) {
  const get = async <T extends z.ZodType>(path: string, shape: T): Promise<z.output<T>> => {
    const answer = await ask("GET", `${path}${path.includes("?") ? "&" : "?"}${API}`);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
    return shape.parse(JSON.parse(answer.text));
  };

  const readOnline = async (endpoint: z.output<typeof online>) => {
    const [deployments, history] = await Promise.all([
      get(`${endpoint.id}/deployments`, list(onlineDeployment)),
      get(`/local/traffic-history?endpoint=${encodeURIComponent(endpoint.name)}`, list(change)),
    ]);
    return {
      id: endpoint.id,
      name: endpoint.name,
      ...endpoint.properties,
      deployments: deployments.value.map(({ id, name, sku, properties }) => ({
        id,
        name,
        instances: sku?.capacity ?? 1,
        ...properties,
        model: assetName(properties.model),
      })),
      history: history.value,
    };
  };

  const readWorkspace = async ({ id, name }: z.output<typeof workspace>) => {
    const [endpoints, batches, jobs] = await Promise.all([
      get(`${id}/onlineEndpoints`, list(online)),
      get(`${id}/batchEndpoints`, list(batch)),
      get(`${id}/jobs`, list(job)),
    ]);
    return {
      id,
      name,
      onlineEndpoints: await Promise.all(endpoints.value.map(readOnline)),
      batchEndpoints: batches.value.map(({ id: endpointId, name: endpointName, properties }) => ({
        id: endpointId,
        name: endpointName,
        scoringUri: properties.scoringUri,
        defaultDeployment: properties.defaults?.deploymentName ?? undefined,
      })),
      jobs: jobs.value.map(({ name: jobName, properties, systemData }) => ({
        name: jobName,
        status: properties.status,
        displayName: properties.displayName ?? jobName,
        createdAt: systemData?.createdAt,
      })),
    };
  };

  /** The credential that a caller of this endpoint would use. */
  const bearer = async (id: string, authMode: string): Promise<{ bearer?: string; audience?: string }> => {
    if (authMode === "AADToken") return { audience: ML_AUDIENCE };
    const [action, field] = authMode === "Key" ? ["listKeys", "primaryKey"] : ["token", "accessToken"];
    const answer = await ask("POST", `${id}/${action}?${API}`);
    const value = (JSON.parse(answer.text) as Record<string, unknown>)[field];
    if (typeof value !== "string") throw new Error(`${action} of ${id}: ${answer.status}`);
    return { bearer: value };
  };

  return {
    /** Everything in the subscription that answers or runs. */
    async read() {
      const provider = `/subscriptions/${subscriptionId}/providers/Microsoft.MachineLearningServices`;
      const { value } = await get(`${provider}/workspaces`, list(workspace));
      return { workspaces: await Promise.all(value.map(readWorkspace)) };
    },

    async score(id: string, body: string, deployment?: string) {
      const { properties } = await get(id, online);
      const began = performance.now();
      const answer = await ask("POST", properties.scoringUri, {
        body,
        ...(await bearer(id, properties.authMode)),
        headers: deployment ? { "azureml-model-deployment": deployment } : {},
      });
      return {
        status: answer.status,
        milliseconds: Math.round(performance.now() - began),
        deployment: answer.headers["azureml-model-deployment"],
        text: answer.text,
      };
    },

    async logs(id: string) {
      const body = JSON.stringify({ containerType: "InferenceServer", tail: 200 });
      const answer = await ask("POST", `${id}/getLogs?${API}`, { body });
      return { text: (JSON.parse(answer.text) as { content?: string }).content ?? answer.text };
    },
  };
}
