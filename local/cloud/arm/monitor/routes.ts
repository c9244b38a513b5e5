/** Azure Monitor's metrics under a resource's id. */
import { ArmError } from "../errors.ts";
import { keyOf } from "../id.ts";
import { asText } from "../json.ts";
import { type Cloud, ok, type Route } from "../table.ts";
import { ONLINE_DEPLOYMENT, ONLINE_ENDPOINT } from "../tables/ml/online.ts";
import { answerDefinitions, answerMetrics } from "./metrics.ts";
import { readQuery } from "./query.ts";

function endpointAt(cloud: Cloud, id: string) {
  const found = cloud.store.get(keyOf(id));
  if (!found) throw new ArmError(404, "ResourceNotFound", `The Resource '${id}' was not found.`);
  if (found.type !== ONLINE_ENDPOINT)
    throw new ArmError(
      400,
      "BadRequest",
      `The local Azure measures online endpoints; '${id}' is a ${found.type}.`,
    );
  return found;
}

const under = (name: string) =>
  new RegExp(`^(/subscriptions/.+)/providers/microsoft\\.insights/${name}$`, "i");

export const monitorRoutes: readonly Route[] = [
  {
    method: "GET",
    pattern: under("metrics"),
    handle: (cloud, [, id], { query }) => {
      const endpoint = endpointAt(cloud, id!);
      const measured = cloud.store
        .children(endpoint.key, ONLINE_DEPLOYMENT)
        .flatMap(({ name, key }) =>
          cloud.serving.requestMinutes(key).map((minute) => ({ deployment: name, minute })),
        );
      const place = {
        id: endpoint.id,
        region: asText(endpoint.body["location"]),
        namespace: ONLINE_ENDPOINT,
      };
      return ok(answerMetrics(place, readQuery(query, cloud.now().getTime()), measured));
    },
  },
  {
    method: "GET",
    pattern: under("metricDefinitions"),
    handle: (cloud, [, id]) => ok(answerDefinitions(endpointAt(cloud, id!).id, ONLINE_ENDPOINT)),
  },
];
