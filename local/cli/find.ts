/** Which endpoint a person means: by its name in the specs, or in Azure. */
import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { Client } from "../client/ask.ts";
import { batchEndpointsOf, nearest, onlineEndpointsOf, workspacesOf } from "../client/endpoints.ts";
import type { BatchEndpoint, OnlineEndpoint } from "../client/endpoints.ts";
import { root } from "../daemon/paths.ts";
import type { StageOutputs } from "./outputs.ts";

interface At {
  readonly workspaceId: string;
  /** Of the repo's specs, where the endpoint is one of the stage's. */
  readonly spec?: string;
  /** A file or folder of the repo with an input that the endpoint takes. */
  readonly sample?: string;
}
export type Found =
  | ({ readonly kind: "online"; readonly endpoint: OnlineEndpoint } & At)
  | ({ readonly kind: "batch"; readonly endpoint: BatchEndpoint } & At);

/** Every endpoint on the local Azure, those of the stage with what its specs say of them. */
export async function everyEndpoint(
  client: Client,
  subscriptionId: string,
  outputs: StageOutputs | undefined,
): Promise<Found[]> {
  const specs = new Map(
    [
      ...Object.entries(outputs?.onlineEndpoints ?? {}).map(([spec, { name, sampleRequest }]) => ({
        spec,
        name,
        sample: sampleRequest,
      })),
      ...Object.entries(outputs?.batchEndpoints ?? {}).map(([spec, { name, sampleInput }]) => ({
        spec,
        name,
        sample: sampleInput,
      })),
    ].map(({ name, spec, sample }) => [name, { spec, ...(sample !== undefined && { sample }) }]),
  );
  const workspaces = await workspacesOf(client, subscriptionId);
  const found = await Promise.all(
    workspaces.map(async ({ id: workspaceId }): Promise<Found[]> => {
      const [online, batch] = await Promise.all([
        onlineEndpointsOf(client, workspaceId),
        batchEndpointsOf(client, workspaceId),
      ]);
      return [
        ...online.map((endpoint) => ({
          kind: "online" as const,
          endpoint,
          workspaceId,
          ...specs.get(endpoint.name),
        })),
        ...batch.map((endpoint) => ({
          kind: "batch" as const,
          endpoint,
          workspaceId,
          ...specs.get(endpoint.name),
        })),
      ];
    }),
  );
  return found.flat();
}

/** The endpoint under this name; without one, the first online endpoint. @throws Error with the nearest names. */
export function choose(all: readonly Found[], name: string | undefined): Found {
  const same = (a: string | undefined) => a?.toLowerCase() === name?.toLowerCase();
  const chosen =
    name === undefined
      ? (all.find(({ kind }) => kind === "online") ?? all[0])
      : all.find(({ spec, endpoint }) => same(spec) || same(endpoint.name));
  if (chosen) return chosen;
  if (all.length === 0)
    throw new Error("There is no endpoint on the local Azure. Make some: npm run local up");
  const names = all.map(({ spec, endpoint }) => spec ?? endpoint.name);
  const near = nearest(name ?? "", names);
  throw new Error(
    `There is no endpoint "${name ?? ""}". ${near.length > 0 ? `Did you mean ${near.join(" or ")}? ` : ""}There is ${names.join(", ")}.`,
  );
}

/** The name of a deployment as Azure spells it. @throws Error with those that there are. */
export function chooseDeployment(asked: string, names: readonly string[], endpoint: string): string {
  const found = names.find((name) => name.toLowerCase() === asked.toLowerCase());
  if (found !== undefined) return found;
  throw new Error(`${endpoint} has no deployment "${asked}"; it has ${names.join(", ") || "none"}.`);
}

/** A path that a person typed, or one that a spec of the repo names. */
export const fromRepo = (path: string): string => (isAbsolute(path) ? path : join(root, path));

/** The text of a file; `-` is standard input. */
export async function readInput(path: string): Promise<string> {
  if (path !== "-") return readFile(path, "utf8");
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
