import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import { placeIn, token, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";

export interface ComputeTargetArgs {
  readonly workspace: InWorkspace;
  /** As jobs and deployments name it: `azureml:<computeName>`. */
  readonly computeName: string;
  /** As ARM has them, `computeType` among them. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** @default none for what is attached; else `identityId` */
  readonly identity?: { readonly type: string; readonly userAssignedIdentities?: readonly string[] };
  /** User-assigned identity of machines that say none of their own. */
  readonly identityId: pulumi.Input<string>;
}

/** What jobs run on, of any type: machines of the workspace's, or some that are there and are attached to it. */
export class ComputeTarget extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: ComputeTargetArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("compute", "ComputeTarget"), name, args, opts);
    const { workspace, computeName, properties, tags, identityId } = args;
    const isOurs = OURS.includes(String(properties["computeType"]));
    const identity =
      args.identity ?? (isOurs ? { type: "UserAssigned", userAssignedIdentities: [identityId] } : undefined);

    const compute = new ml.Compute(
      name,
      {
        computeName,
        ...placeIn(workspace, tags),
        ...(identity && {
          identity: {
            type: identity.type,
            ...(identity.userAssignedIdentities && {
              userAssignedIdentities: [...identity.userAssignedIdentities],
            }),
          },
        }),
        properties: hidden(known(properties)) as never, // one of nine types; `computeType` says which
      },
      pulumi.mergeOptions(within(this, opts), {
        replaceOnChanges: [...FIXED],
        // The name is given, so the old one has to be gone, wholly.
        deleteBeforeReplace: true,
      }),
    );

    this.id = compute.id;
    this.registerOutputs({ id: compute.id });
  }
}

/** What opens an attached machine or a Databricks workspace is a secret, whoever says it. */
function hidden(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const inner = properties["properties"];
  if (typeof inner !== "object" || inner === null) return properties;
  const entries = Object.entries(inner as Record<string, unknown>).map(([key, value]) => [
    key,
    SECRETS.includes(key) && value !== undefined ? pulumi.secret(value) : value,
  ]);
  return { ...properties, properties: Object.fromEntries(entries) as Record<string, unknown> };
}
const SECRETS = ["administratorAccount", "userAccountCredentials", "databricksAccessToken"];

/** Types whose machines Azure makes for the workspace. */
const OURS = ["AmlCompute", "ComputeInstance"];
/**
 * Microsoft's client sends these under another version of the API; the one of azure-native has none of them. Each with
 * what its absence says.
 */
const FOREIGN = new Map<string, unknown>([
  ["enableOSPatching", false],
  ["enableRootAccess", true],
  ["releaseQuotaOnStop", false],
]);

/** Without foreign settings that say what their absence says. Azure refuses the others. */
function known(properties: ComputeTargetArgs["properties"]): ComputeTargetArgs["properties"] {
  const { properties: inner } = properties;
  if (typeof inner !== "object" || inner === null) return properties;
  const kept = Object.entries(inner).filter(
    ([key, value]) => !(FOREIGN.has(key) && FOREIGN.get(key) === value),
  );
  return { ...properties, properties: Object.fromEntries(kept) };
}

/** What Azure keeps as it was made; azure-native would show an update, and Azure ignore or refuse it. */
const FIXED = [
  "properties.computeType",
  "properties.resourceId",
  "properties.properties.enableNodePublicIp",
  "properties.properties.osType",
  "properties.properties.vmPriority",
  "properties.properties.vmSize",
];
