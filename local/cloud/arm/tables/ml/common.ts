/** What the types of Microsoft.MachineLearningServices share. */
import { objectAt, type Json, type JsonObject, sameJson } from "../../json.ts";
import type { LongRunning, NameRule, Rule, WriteContext } from "../../table.ts";
import { nameRule } from "../modes.ts";

export const ML = "Microsoft.MachineLearningServices";
export const WS = `${ML}/workspaces`;

export const assetName = nameRule(
  /^[a-zA-Z0-9][-\w]{0,254}$/,
  "up to 255 letters, digits, - and _, a letter or digit first",
  "ValidationError",
);
export const shortName: NameRule = nameRule(
  /^[a-zA-Z0-9][-\w]{2,32}$/,
  "3 to 33 letters, digits, - and _, a letter or digit first",
  "ValidationError",
);
/** Endpoints and deployments alike. */
export const endpointName = nameRule(
  /^(?=.{3,32}$)[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/,
  "3 to 32 letters, digits and dashes, a letter first, no dash at the end",
  "BadArgument",
);

/** Endpoints and deployments: PUT tells its operation by one header, the rest by both. */
export const mfePut: LongRunning = { create: 201, update: 200, headers: ["Azure-AsyncOperation"] };
export const mfeChange: LongRunning = { update: 202, headers: ["Location", "Azure-AsyncOperation"] };
export const mfePaths = ["mfeOperationsStatus", "mfeOperationResults"] as const;

/** Entries that services and clients write for themselves. */
const SERVICE_ENTRY = /^(azureml\.|AzureAsyncOperationUri$|createdBy$|createdAt$|lastModifiedAt$)/i;

/** What an endpoint has of it already; it is merged into what is written. */
export const metadataOf = (existing: { readonly body: JsonObject } | undefined): JsonObject =>
  objectAt(existing?.body, "properties.properties");

/** Members of the map may be added, never altered or taken away. */
export const addOnly = (path: string): Rule<WriteContext> => ({
  code: "BadArgument",
  target: path,
  check: ({ body, existing }) => {
    const now = objectAt(body, path);
    // Clients that know nothing of the map send none, or an empty one: it stays.
    if (Object.keys(now).length === 0) return undefined;
    const lost = Object.entries(objectAt(existing?.body, path)).find(
      ([key, value]) => !SERVICE_ENTRY.test(key) && !sameJson(value, now[key]),
    );
    return lost ? `'${path}' takes new entries only: '${lost[0]}' cannot be altered or removed.` : undefined;
  },
});

/** What Studio would be at; clients show it. */
export const studioUrl = (path: string, workspaceId: string): string =>
  `https://ml.azure.com/${path}?wsid=${workspaceId}`;

/** `services` of a job. */
export const studioService = (job: string, workspaceId: string): JsonObject => ({
  Studio: {
    endpoint: studioUrl(`runs/${job}`, workspaceId),
    jobServiceType: "Studio",
    errorMessage: null,
    port: null,
    status: null,
  },
});

export const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];

export const without = (value: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key)));
