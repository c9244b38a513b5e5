/** Bringing up again, after a restart, what served before it. */
import type { OnlineDeploymentSpec } from "../../../contracts.ts";
import { isObject } from "../json.ts";
import type { Cloud } from "../table.ts";
import { ONLINE_DEPLOYMENT } from "../tables/ml/online.ts";

/** Starts each deployment as it last served; one that does not come up is said in the log and the others go on. */
export async function resumeDeployments({ store, serving, log }: Cloud): Promise<void> {
  const served = store
    .ofType(ONLINE_DEPLOYMENT)
    .flatMap(({ id, internal }) =>
      isObject(internal["served"])
        ? [{ id, spec: internal["served"] as unknown as OnlineDeploymentSpec }]
        : [],
    );
  await Promise.all(
    served.map(async ({ id, spec }) => {
      try {
        await serving.deploy(spec);
      } catch (error) {
        log.error("a deployment did not come up again", {
          id,
          error: error instanceof Error ? error.message : String(error),
        });
      }
    }),
  );
}
