import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import { placeIn, token, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";
import { seconds } from "./duration.ts";

export interface ComputeClusterArgs {
  readonly workspace: InWorkspace;
  /** As jobs and deployments name it: `azureml:<clusterName>`. */
  readonly clusterName: string;
  /** User-assigned identity of the nodes. Its roles must be there before a node starts. */
  readonly identityId: pulumi.Input<string>;
  readonly vmSize: string;
  /** Above 0, nodes cost money while nothing runs. @default 0 */
  readonly minNodes?: number;
  readonly maxNodes: number;
  /** Seconds until a node without work goes. @default 120 */
  readonly idleSeconds?: number;
  /** `LowPriority` nodes cost a fraction and can be taken away in the middle of a job. @default "Dedicated" */
  readonly priority?: "Dedicated" | "LowPriority";
  /** Gives each node an address on the Internet; without one they need a network of the workspace's. @default false */
  readonly nodePublicIp?: boolean;
  /** Subnet of the nodes; not in a workspace with a managed network, which brings its own. @default none */
  readonly subnetId?: pulumi.Input<string>;
  /** Region of the nodes. @default the workspace's */
  readonly computeLocation?: string;
  readonly description?: string;
}

/** An autoscaling cluster of Linux nodes: no password or key sign-in, and no SSH port open. */
export class ComputeCluster extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: ComputeClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("compute", "ComputeCluster"), name, args, opts);
    const { workspace, clusterName, identityId, minNodes = 0, idleSeconds = 120 } = args;

    const cluster = new ml.Compute(
      name,
      {
        computeName: clusterName,
        ...placeIn(workspace),
        identity: { type: "UserAssigned", userAssignedIdentities: [identityId] },
        properties: {
          computeType: "AmlCompute",
          disableLocalAuth: true,
          ...(args.computeLocation !== undefined && { computeLocation: args.computeLocation }),
          ...(args.description !== undefined && { description: args.description }),
          properties: {
            osType: "Linux",
            vmSize: args.vmSize,
            vmPriority: args.priority ?? "Dedicated",
            scaleSettings: {
              minNodeCount: minNodes,
              maxNodeCount: args.maxNodes,
              nodeIdleTimeBeforeScaleDown: seconds(idleSeconds),
            },
            remoteLoginPortPublicAccess: "Disabled",
            enableNodePublicIp: args.nodePublicIp ?? false,
            ...(args.subnetId !== undefined && { subnet: { id: args.subnetId } }),
          },
        },
      },
      pulumi.mergeOptions(within(this, opts), {
        replaceOnChanges: immutable,
        // The name is given, so the old cluster has to be gone, wholly: made again too early, Azure keeps the old size.
        deleteBeforeReplace: true,
      }),
    );

    this.id = cluster.id;
    this.registerOutputs({ id: cluster.id });
  }
}

/** What Azure keeps as it was made; azure-native would show an update, and Azure ignore or refuse it. */
const immutable = [
  "properties.computeLocation",
  "properties.disableLocalAuth",
  "properties.properties.enableNodePublicIp",
  "properties.properties.osType",
  "properties.properties.remoteLoginPortPublicAccess",
  "properties.properties.subnet",
  "properties.properties.vmPriority",
  "properties.properties.vmSize",
];
