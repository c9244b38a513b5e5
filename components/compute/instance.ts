import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import { placeIn, token, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";
import { seconds } from "./duration.ts";

export interface ComputeInstanceArgs {
  readonly workspace: InWorkspace;
  /** Unique in its region. */
  readonly instanceName: string;
  readonly vmSize: string;
  /** The one person who may use it. */
  readonly assignedUser: {
    /** Object id. */
    readonly objectId: pulumi.Input<string>;
    readonly tenantId: pulumi.Input<string>;
  };
  /** User-assigned identity. With one, it stops when idle only if the identity is *Contributor* of the workspace. @default none */
  readonly identityId?: pulumi.Input<string>;
  /** Minutes without work until it stops, from 15. @default 60 */
  readonly idleMinutes?: number;
  /** Starts and stops at set times. @default none */
  readonly schedules?: readonly {
    readonly action: "Start" | "Stop";
    /** Five fields, like `0 19 * * 1-5`. */
    readonly cron: string;
    /** As Windows names it. @default "UTC" */
    readonly timeZone?: string;
  }[];
  /** Shell script that runs once, as root, when it is made. @default none */
  readonly setupScript?: { readonly text: string; readonly timeoutMinutes?: number };
  /** Public key of who may come in by SSH, from inside the network. @default nobody */
  readonly sshPublicKey?: string;
  readonly nodePublicIp?: boolean;
  /** Not in a workspace with a managed network. @default none */
  readonly subnetId?: pulumi.Input<string>;
  readonly description?: string;
}

/** One person's machine for notebooks and an editor: no public address, nobody else gets in, and it stops by itself. */
export class ComputeInstance extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: ComputeInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("compute", "ComputeInstance"), name, args, opts);
    const { workspace, identityId, idleMinutes = 60, schedules = [], setupScript, sshPublicKey } = args;

    const instance = new ml.Compute(
      name,
      {
        computeName: args.instanceName,
        ...placeIn(workspace),
        ...(identityId !== undefined && {
          identity: { type: "UserAssigned" as const, userAssignedIdentities: [identityId] },
        }),
        properties: {
          computeType: "ComputeInstance",
          disableLocalAuth: sshPublicKey === undefined,
          ...(args.description !== undefined && { description: args.description }),
          properties: {
            vmSize: args.vmSize,
            applicationSharingPolicy: "Personal",
            computeInstanceAuthorizationType: "personal",
            personalComputeInstanceSettings: { assignedUser: args.assignedUser },
            enableSSO: true,
            enableNodePublicIp: args.nodePublicIp ?? false,
            idleTimeBeforeShutdown: seconds(idleMinutes * 60),
            sshSettings: {
              sshPublicAccess: "Disabled",
              ...(sshPublicKey !== undefined && { adminPublicKey: sshPublicKey }),
            },
            ...(args.subnetId !== undefined && { subnet: { id: args.subnetId } }),
            ...(schedules.length > 0 && {
              schedules: {
                computeStartStop: schedules.map(({ action, cron, timeZone = "UTC" }) => ({
                  action,
                  triggerType: "Cron",
                  status: "Enabled",
                  cron: { expression: cron, timeZone },
                })),
              },
            }),
            ...(setupScript && {
              setupScripts: {
                scripts: {
                  creationScript: {
                    scriptSource: "inline",
                    scriptData: Buffer.from(setupScript.text).toString("base64"),
                    timeout: `${setupScript.timeoutMinutes ?? 15}m`,
                  },
                },
              },
            }),
          },
        },
      },
      pulumi.mergeOptions(within(this, opts), {
        replaceOnChanges: immutable,
        // The name is given, so the old one has to be gone, wholly.
        deleteBeforeReplace: true,
      }),
    );

    this.id = instance.id;
    this.registerOutputs({ id: instance.id });
  }
}

/** Of an instance Azure changes the tags and when it stops; the rest stays as it was made. */
const immutable = [
  "identity",
  "properties.disableLocalAuth",
  ...[
    "vmSize",
    "personalComputeInstanceSettings",
    "enableNodePublicIp",
    "sshSettings",
    "subnet",
    "setupScripts",
  ].map((name) => `properties.properties.${name}`),
];
