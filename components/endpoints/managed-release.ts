import { createHash } from "node:crypto";
import type { ReleaseArgs } from "@azure-ml-as-code/provider/sdk.ts";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomId } from "@pulumi/random";
import { within } from "../component.ts";
import type { Autoscale } from "./autoscale.ts";

/** @public */
export interface OnlineDeployment {
  /** As ARM has them. */
  readonly properties: inputs.ManagedOnlineDeploymentArgs | inputs.KubernetesOnlineDeploymentArgs;
  /** Machines, each running one copy of the model. @default 1 */
  readonly instanceCount?: number;
  /** Lets Azure Monitor choose how many machines; `instanceCount` is then what it begins with. @default none */
  readonly autoscale?: Autoscale;
  readonly tags?: Readonly<Record<string, string>>;
}

/** What an endpoint serves, without saying by which deployment. */
export interface ManagedRelease extends ReleaseArgs {
  /** Any change of its properties is a release; instance count and tags change in place. */
  readonly deployment: OnlineDeployment;
  /** What the next `up` makes of traffic that was changed by hand. @default "restore" */
  readonly drift?: "restore" | "keep";
}

/** For what is not the release itself: waiting for the endpoint, giving up. Seconds. */
const MARGIN = 900;

/**
 * The name of the deployment that a release makes, and what its traffic resource needs beside it.
 * The name is fresh whenever the deployment's properties change, and only then. A hash of them would not do: going back to
 * the last version would ask for the name of a deployment that is still there.
 */
export function managedDeployment(
  name: string,
  { deployment, drift, ...release }: ManagedRelease,
  parent: pulumi.ComponentResource,
  opts?: pulumi.ComponentResourceOptions,
) {
  const spec = pulumi
    .jsonStringify(deployment.properties)
    .apply((text) => createHash("sha256").update(text).digest("hex"));
  const { hex } = new RandomId(
    name,
    { byteLength: 4, prefix: "r-", keepers: { spec } },
    within(parent, opts),
  );
  const timeout = `${release.deadlineSeconds + MARGIN}s`;
  return {
    deploymentName: hex,
    release: { release, ...(drift && { drift }) },
    options: { customTimeouts: { create: timeout, update: timeout } },
  };
}
