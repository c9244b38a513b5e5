/** Which of what a workspace has a stage makes itself. Pure. */
import { SUFFIX_LENGTH } from "../components/names.ts";
import type { Live } from "../specs/export/export.ts";
import type { Stage } from "../stacks/config.ts";
import { builtInDatastores, UPLOADS } from "../stacks/rules.ts";

const RESOURCES: Readonly<Record<string, string>> = {
  "workspaces/environments/versions": "environment",
  "workspaces/models/versions": "model",
  "workspaces/data/versions": "data",
  "workspaces/components/versions": "component",
  "workspaces/datastores": "datastore",
  "workspaces/computes": "compute",
  "workspaces/connections": "connection",
  "workspaces/schedules": "schedule",
};

export function madeBy({ settings, workloads }: Stage): (live: Live) => boolean {
  const { assets, onlineEndpoints, batchEndpoints } = workloads;
  const endpoints = [...onlineEndpoints, ...batchEndpoints].map(({ document }) => document.name);
  const stages: Readonly<Record<string, readonly string[]>> = {
    datastore: [UPLOADS, ...builtInDatastores, ...Object.keys(settings.datastores)],
    compute: Object.keys(settings.clusters),
  };
  const suffix = new RegExp(`-[a-z0-9]{${String(SUFFIX_LENGTH)}}$`);
  return ({ id, type, name, version }) => {
    const endpoint = /\/(?:online|batch)Endpoints\/([^/]+)/i.exec(id)?.[1];
    if (endpoint !== undefined) return endpoints.includes(endpoint.replace(suffix, ""));
    const resource = RESOURCES[type]!;
    return (
      (stages[resource] ?? []).includes(name) ||
      assets.resources.some(
        (one) =>
          one.type === resource && one.name === name && (version === undefined || one.version === version),
      )
    );
  };
}
