/** Ids and URIs of ARM bodies as YAML names them: the other way of `resource-ids.ts`. */
import type { Scope } from "../resource-ids.ts";

const ASSET = /^\/(models|environments|data|components|codes)\/([^/]+)\/versions\/([^/]+)$/i;
const DEPLOYMENT = /^\/onlineEndpoints\/([^/]+)\/deployments\/([^/]+)$/i;
const NAMED = /^\/(computes|datastores|jobs)\/([^/]+)$/i;

/** `azureml:NAME:VERSION`, `azureml:NAME`, `azureml://datastores/…`; what is not of this workspace stays whole. */
export const shorten = ({ subscription, resourceGroup, workspace }: Scope) => {
  const inside =
    `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`.toLowerCase();
  const long =
    `azureml://subscriptions/${subscription}/resourcegroups/${resourceGroup}/workspaces/${workspace}/datastores/`.toLowerCase();
  return (text: string): string => {
    if (text.toLowerCase().startsWith(long)) return `azureml://datastores/${text.slice(long.length)}`;
    const id = text.replace(/^azureml:(?=\/sub)/i, "");
    if (!/^\/subscriptions\//i.test(id)) return text;
    if (id.toLowerCase().startsWith(`${inside}/`)) {
      const rest = id.slice(inside.length);
      const [, , name, version] = ASSET.exec(rest) ?? [];
      if (name !== undefined) return `azureml:${name}:${version!}`;
      const [, endpoint, deployment] = DEPLOYMENT.exec(rest) ?? [];
      if (endpoint !== undefined) return `azureml:${endpoint}:${deployment!}`;
      const [, , named] = NAMED.exec(rest) ?? [];
      if (named !== undefined) return `azureml:${named}`;
    }
    return `azureml:${id}`;
  };
};

/** Seconds of an ISO 8601 duration; nothing for what is none. */
export function secondsOf(duration: unknown): number | undefined {
  if (typeof duration !== "string") return undefined;
  const [whole, days, hours, minutes, seconds] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(duration) ?? [];
  if (whole === undefined) return undefined;
  return (
    Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
  );
}

export type Mapping = Readonly<Record<string, unknown>>;
export const mapping = (value: unknown): Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};

/** `maxNodeCount` to `max_node_count`, `AADToken` to `aad_token`. */
const snakeCase = (word: string): string =>
  word
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase();
/** Of a word of ARM's; nothing for nothing. */
export const word = (value: unknown): string | undefined =>
  typeof value === "string" ? snakeCase(value) : undefined;

/** Without what says nothing: absent, null, and empty mappings and lists. */
export const said = (value: Mapping): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value).filter(
      ([, item]) =>
        item !== undefined && item !== null && (typeof item !== "object" || Object.keys(item).length > 0),
    ),
  );
/** {@link said}, or nothing at all. */
export const saidOrNothing = (value: Mapping): Record<string, unknown> | undefined => {
  const left = said(value);
  return Object.keys(left).length > 0 ? left : undefined;
};
