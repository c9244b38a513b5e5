import * as pulumi from "@pulumi/pulumi";
import {
  EndpointKeys,
  EndpointToken,
  EndpointTraffic,
  OnlineDeployment as Deployment,
  OnlineEndpoint as Endpoint,
} from "@azure-ml-as-code/provider/sdk.ts";
import { described, placeById, regionAndTags, token, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";
import { exposure } from "../network/exposure.ts";
import { autoscaleProblems, autoscaleSetting } from "./autoscale.ts";
import { managedDeployment } from "./managed-release.ts";
import type { ManagedRelease, OnlineDeployment } from "./managed-release.ts";
import { endpointProblems } from "./endpoint-problems.ts";
import type { Traffic } from "./endpoint-problems.ts";

/** @public */
export interface KeyRotation {
  readonly primary?: string;
  readonly secondary?: string;
}

export interface OnlineEndpointArgs {
  readonly workspace: InWorkspace;
  /** Unique in its region. */
  readonly endpointName: pulumi.Input<string>;
  /** ARM id of an attached Kubernetes cluster that serves, in place of machines of Azure's. @default managed */
  readonly computeId?: pulumi.Input<string>;
  /** User-assigned identity of the deployments. Its roles must be there: see {@link OnlineEndpoint}. */
  readonly identityId: pulumi.Input<string>;
  /** How callers sign in: with Microsoft Entra, a token of the workspace's, or a key. @default "AADToken" */
  readonly authMode?: "AADToken" | "AMLToken" | "Key";
  /** Words that the keys are kept by, of `authMode` `Key`: another word gives that key anew, one key in one `up`. @default none */
  readonly keyRotation?: KeyRotation;
  /** Lets callers in from the Internet; they sign in as `authMode` says. Not of Kubernetes endpoints. @default false */
  readonly publicNetworkAccess?: boolean;
  readonly description?: string;
  /** Metadata; once there, a key keeps its value. @default none */
  readonly properties?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** By name. @default none, for `release` */
  readonly deployments?: Readonly<Record<string, OnlineDeployment>>;
  /** Percent by deployment; sums to 100, or to 0 for none. @default none, for `release` */
  readonly traffic?: Traffic;
  /** Percent of the requests that one deployment gets a copy of, at most 50. @default none */
  readonly mirrorTraffic?: Traffic;
  /** In place of deployments and traffic: one deployment, which each change of it replaces step by step. */
  readonly release?: ManagedRelease;
  /** Keeps the endpoint, and with it the address that callers know, while deployments come and go. @default false */
  readonly protectEndpoint?: boolean;
}

/**
 * A model behind an HTTPS address:
 *
 * 1. the endpoint
 * 2. its deployments, each on machines of its own that cost money from the first to the last minute
 * 3. the traffic between them, when all of them answer
 *
 * Or, with `release`, one deployment under a name of the component's making: a change makes another beside it, traffic
 * goes over by the plan as long as the gates hold, and back in one write if they do not. Then `up` fails, what served goes
 * on serving, and the next `up` is another try, with the same spec, a better one or the old one.
 *
 * Let it depend on the roles of its identity: Azure gives a user-assigned identity none, and a deployment made before
 * it may pull its image and read its model fails.
 *
 * Traffic is not among the endpoint's inputs, as it can name deployments only when they exist. The service keeps it on the
 * endpoint, and takes a write without it as "none": so the endpoint is a resource of the `azureml` provider, whose every
 * write carries the live map.
 */
export class OnlineEndpoint extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly endpointName: pulumi.Output<string>;
  /** Where requests go. */
  readonly scoringUri: pulumi.Output<string>;
  /** Secret; of `authMode` `Key`. */
  readonly keys?: pulumi.Output<{ readonly primary: string; readonly secondary: string }>;
  /** Secret; of `authMode` `AMLToken`. Works for hours; a run takes another when it is time. */
  readonly accessToken?: pulumi.Output<string>;
  /** As the service has it once all is done. */
  readonly traffic: pulumi.Output<Record<string, number>>;
  /** Of deployments on machines of Azure's own, by the names given; of a managed release by `released`. */
  readonly deploymentIds: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: OnlineEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("endpoints", "OnlineEndpoint"), name, args, opts);
    const { workspace, deployments = {}, traffic = {}, mirrorTraffic = {}, release } = args;
    const all = [...Object.values(deployments), ...(release ? [release.deployment] : [])];
    const problems = [
      ...all.flatMap(({ autoscale }) => (autoscale ? autoscaleProblems(autoscale) : [])),
      ...endpointProblems(args),
      ...(release && Object.keys({ ...deployments, ...traffic, ...mirrorTraffic }).length > 0
        ? ["a managed release takes the place of deployments, traffic and mirror traffic"]
        : []),
    ];
    if (problems.length > 0) throw new pulumi.RunError(`${name}: ${problems.join("; ")}`);

    const endpoint = new Endpoint(
      name,
      {
        endpointName: args.endpointName,
        ...placeById(workspace, args.tags),
        identity: { type: "UserAssigned", userAssignedIdentities: [args.identityId] },
        properties: {
          authMode: args.authMode ?? "AADToken",
          // Who reaches a cluster, its own network says.
          ...(args.computeId === undefined
            ? { publicNetworkAccess: exposure(args.publicNetworkAccess ?? false).publicNetworkAccess }
            : { compute: args.computeId }),
          ...described(args),
        },
      },
      pulumi.mergeOptions(within(this, opts), { protect: args.protectEndpoint, deleteBeforeReplace: true }),
    );
    const deploy = (
      logicalName: string,
      deploymentName: pulumi.Input<string>,
      { properties, instanceCount, autoscale, tags }: OnlineDeployment,
    ) => {
      const capacity = instanceCount ?? autoscale?.minInstances ?? 1;
      const deployment = new Deployment(
        logicalName,
        {
          deploymentName,
          endpointId: endpoint.id,
          ...regionAndTags(workspace, tags),
          sku: { name: "Default", capacity },
          ...(autoscale && { autoscaled: true }),
          properties,
        },
        pulumi.mergeOptions(within(this, opts), { deleteBeforeReplace: false }),
      );
      if (autoscale)
        autoscaleSetting(
          { name: `${logicalName}-autoscale`, workspace, deploymentId: deployment.id, autoscale },
          this,
          opts,
        );
      return deployment;
    };
    const managed = release && managedDeployment(`${name}-candidate`, release, this, opts);
    const made = release
      ? { released: deploy(`${name}-released`, managed!.deploymentName, release.deployment) }
      : Object.fromEntries(
          Object.entries(deployments).map(([deploymentName, deployment]) => [
            deploymentName,
            deploy(`${name}-${deploymentName}`, deploymentName, deployment),
          ]),
        );
    // As the deployments are called in Azure: one that was replaced has another name there.
    const named = (map: Traffic) =>
      pulumi
        .all(
          Object.fromEntries(
            Object.entries(made).map(([key, { name: inAzure }]) => [key.toLowerCase(), inAzure]),
          ),
        )
        .apply((names) =>
          Object.fromEntries(
            Object.entries(map).map(([key, percent]) => [names[key.toLowerCase()] ?? key, percent]),
          ),
        );
    const live = new EndpointTraffic(
      `${name}-traffic`,
      {
        endpointId: endpoint.id,
        traffic: named(release ? { released: 100 } : traffic),
        mirrorTraffic: named(mirrorTraffic),
        ...managed?.release,
      },
      // Those without traffic too: one that is removed goes after the traffic was written, one that is new is there before.
      pulumi.mergeOptions(within(this, opts), { dependsOn: Object.values(made), ...managed?.options }),
    );

    if (args.authMode === "Key") {
      const { primaryKey: primary, secondaryKey: secondary } = new EndpointKeys(
        `${name}-keys`,
        { endpointId: endpoint.id, ...args.keyRotation },
        within(this, opts),
      );
      this.keys = pulumi
        .all([primary, secondary])
        .apply(([one, other]) => ({ primary: one, secondary: other }));
    }
    if (args.authMode === "AMLToken")
      this.accessToken = new EndpointToken(
        `${name}-token`,
        { endpointId: endpoint.id },
        within(this, opts),
      ).accessToken;

    this.id = endpoint.id;
    this.endpointName = endpoint.endpointName;
    this.scoringUri = endpoint.scoringUri;
    this.traffic = live.traffic;
    this.deploymentIds =
      args.computeId === undefined
        ? Object.fromEntries(Object.entries(made).map(([key, { id }]) => [key, id]))
        : {};
    this.registerOutputs({ id: endpoint.id, scoringUri: this.scoringUri, traffic: live.traffic });
  }
}
