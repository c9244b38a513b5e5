/** What the front door asks about endpoints. */
import type { EndpointDirectory, OnlineEndpointView } from "../../../contracts.ts";
import { objectAt, textAt } from "../json.ts";
import { WORKSPACE } from "./references.ts";
import type { Cloud } from "../table.ts";
import {
  BATCH_ENDPOINT,
  mirrorOf,
  ONLINE_DEPLOYMENT,
  ONLINE_ENDPOINT,
  trafficOf,
} from "../tables/ml/online.ts";

export function createDirectory({ store }: Cloud): EndpointDirectory {
  return {
    online(name) {
      const endpoint = store.named(ONLINE_ENDPOINT, name)[0];
      if (!endpoint) return undefined;
      const deployments = store.children(endpoint.key, ONLINE_DEPLOYMENT);
      return {
        id: endpoint.key,
        name: endpoint.name,
        authMode: (textAt(endpoint.body, "properties.authMode") ?? "Key") as OnlineEndpointView["authMode"],
        keys: Object.values(objectAt(endpoint.internal, "keys")).filter((key) => typeof key === "string"),
        traffic: trafficOf(endpoint),
        mirrorTraffic: mirrorOf(endpoint),
        deployments: Object.fromEntries(
          deployments.map((deployment) => [deployment.name.toLowerCase(), deployment.key]),
        ),
      };
    },
    batch: (name) => store.named(BATCH_ENDPOINT, name)[0]?.key,
  };
}

/** Name of the storage account of the workspace that was made last. */
export function storageAccountOf({ store }: Cloud): string | undefined {
  const workspace = store.ofType(WORKSPACE).at(-1);
  return workspace && textAt(workspace.body, "properties.storageAccount")?.split("/").at(-1);
}
