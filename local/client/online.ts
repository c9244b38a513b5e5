/** Online endpoints as their callers use them. */
import { z } from "zod";
import { arm } from "./ask.ts";
import type { Asked, AskOptions, Client } from "./ask.ts";

export interface ScoredEndpoint {
  /** ARM id. */
  readonly id: string;
  readonly scoringUri: string;
  readonly authMode: string;
}

/** How a caller signs in, by the endpoint's authentication mode. */
const SIGN_IN: Readonly<Record<string, (client: Client, id: string) => Promise<Pick<AskOptions, "bearer">>>> =
  {
    key: async (client, id) => ({
      bearer: z.object({ primaryKey: z.string() }).parse(await arm(client, "POST", `${id}/listKeys`))
        .primaryKey,
    }),
    amltoken: async (client, id) => ({
      bearer: z.object({ accessToken: z.string() }).parse(await arm(client, "POST", `${id}/token`))
        .accessToken,
    }),
    aadtoken: () => Promise.resolve({}),
  };

export interface Prediction {
  readonly answer: Asked;
  /** Of the one request, as the caller sees it. */
  readonly milliseconds: number;
}

export type Score = (body: string, signal?: AbortSignal) => Promise<Prediction>;

/** Signs in once; what it resolves to sends one scoring request. `deployment` asks for one by name, whatever its traffic. */
export async function scorer(client: Client, endpoint: ScoredEndpoint, deployment?: string): Promise<Score> {
  const signIn = SIGN_IN[endpoint.authMode.toLowerCase()];
  if (!signIn) throw new Error(`${endpoint.id} has an unknown authentication mode "${endpoint.authMode}"`);
  const signed = await signIn(client, endpoint.id);
  const headers: Record<string, string> =
    deployment === undefined ? {} : { "azureml-model-deployment": deployment };
  return async (body, signal) => {
    const began = performance.now();
    const answer = await client.ask("POST", endpoint.scoringUri, {
      body,
      ...signed,
      headers,
      ...(signal && { signal }),
    });
    return { answer, milliseconds: performance.now() - began };
  };
}

export const CONTAINERS = {
  "inference-server": "InferenceServer",
  "storage-initializer": "StorageInitializer",
} as const;
export type ContainerName = keyof typeof CONTAINERS;

/** The last `tail` lines that a container of a deployment wrote. `id` is the deployment's. */
export async function deploymentLogs(
  client: Client,
  id: string,
  container: ContainerName,
  tail: number,
): Promise<string> {
  const body = { containerType: CONTAINERS[container], tail };
  return z.object({ content: z.string() }).parse(await arm(client, "POST", `${id}/getLogs`, body)).content;
}

/** Lines of `now` that were not yet in `before`, where both are ends of the same growing log. Pure. */
export function newLines(before: readonly string[], now: readonly string[]): readonly string[] {
  for (let kept = Math.min(before.length, now.length); kept > 0; kept--) {
    const overlaps = before.slice(-kept).every((line, index) => line === now[index]);
    if (overlaps) return now.slice(kept);
  }
  return now;
}
