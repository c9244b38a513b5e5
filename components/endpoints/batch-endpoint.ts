import * as pulumi from "@pulumi/pulumi";
import { BatchDefaultDeployment, BatchEndpoint as Endpoint } from "@azure-ml-as-code/provider/sdk.ts";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import { described, placeById, placeIn, token, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";

export interface BatchDeployment {
  /** As ARM has them. */
  readonly properties: inputs.BatchDeploymentPropertiesArgs;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface BatchEndpointArgs {
  readonly workspace: InWorkspace;
  /** Unique in its region. */
  readonly endpointName: pulumi.Input<string>;
  readonly description?: string;
  /** Metadata; once there, a key keeps its value. @default none */
  readonly properties?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** By name. They cost nothing until a job runs. */
  readonly deployments: Readonly<Record<string, BatchDeployment>>;
  /** Runs the jobs of callers who name no deployment. @default none, so that callers must name one */
  readonly defaultDeployment?: string;
  /** Keeps the endpoint, and with it the address that callers know, while deployments come and go. @default false */
  readonly protectEndpoint?: boolean;
}

/**
 * A model that scores files in jobs; callers sign in with Microsoft Entra, and jobs read data as they do:
 *
 * 1. the endpoint
 * 2. its deployments
 * 3. the default one, set when it exists
 *
 * As with traffic of online endpoints, an update would take the default away: **a changed description, tag or metadata
 * of the endpoint stays as it was made.**
 */
export class BatchEndpoint extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly endpointName: pulumi.Output<string>;
  /** Where jobs are asked for. */
  readonly scoringUri: pulumi.Output<string>;
  readonly defaultDeployment: pulumi.Output<string | undefined>;

  constructor(name: string, args: BatchEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("endpoints", "BatchEndpoint"), name, args, opts);
    const { workspace, deployments, defaultDeployment } = args;
    if (defaultDeployment !== undefined && !(defaultDeployment in deployments))
      throw new pulumi.RunError(
        `${name}: the default deployment is ${defaultDeployment}, and the endpoint has ${Object.keys(deployments).join(", ") || "none"}`,
      );

    const endpoint = new Endpoint(
      name,
      {
        endpointName: args.endpointName,
        ...placeById(workspace, args.tags),
        properties: { authMode: "AADToken", ...described(args) },
      },
      pulumi.mergeOptions(within(this, opts), { protect: args.protectEndpoint, deleteBeforeReplace: true }),
    );
    const made = Object.fromEntries(
      Object.entries(deployments).map(([deploymentName, { properties, tags }]) => [
        deploymentName,
        new ml.BatchDeployment(
          `${name}-${deploymentName}`,
          { deploymentName, endpointName: endpoint.endpointName, ...placeIn(workspace, tags), properties },
          within(this, opts),
        ),
      ]),
    );

    const standard =
      defaultDeployment === undefined
        ? undefined
        : new BatchDefaultDeployment(
            `${name}-default`,
            { endpointId: endpoint.id, deploymentName: made[defaultDeployment]!.name },
            within(this, opts),
          );

    this.id = endpoint.id;
    this.endpointName = endpoint.endpointName;
    this.scoringUri = endpoint.scoringUri;
    this.defaultDeployment = pulumi.output(standard?.deploymentName);
    this.registerOutputs({ id: endpoint.id, scoringUri: this.scoringUri });
  }
}
