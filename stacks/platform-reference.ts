/** How a stack of workloads finds its platform: what the one stack says of itself, and the other reads. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { InWorkspace, Placement } from "../components/component.ts";
import { UPLOADS } from "./rules.ts";
import type { Platform } from "./platform.ts";
import type { Settings } from "./settings.ts";
import { platformSettings } from "./stack-name.ts";

const datastore = z.object({ id: z.string(), uri: z.string() });
/** An output of the platform's stack; its form is a contract between two stacks that are not updated at one time. */
const description = z.object({
  form: z.literal(1),
  settings: z.record(z.string(), z.unknown()),
  resourceGroupName: z.string(),
  suffix: z.string(),
  workspaceId: z.string(),
  workspaceName: z.string(),
  storageAccountName: z.string(),
  blobEndpoint: z.string(),
  uploadsContainer: z.string(),
  logAnalyticsId: z.string(),
  computeIdentityId: z.string(),
  endpointIdentityId: z.string(),
  clusters: z.record(z.string(), z.string()),
  datastores: z.record(z.string(), datastore),
});
export type PlatformDescription = z.infer<typeof description>;

/** The name of the output. */
const OUTPUT = "platform";

type Made = pulumi.Output<string>;
/** As much of a platform as workloads stand on, whichever stack has it. */
export interface PlatformHandle {
  readonly group: { readonly placement: Placement; readonly resourceGroupName: Made; readonly suffix: Made };
  readonly identities: { readonly endpoint: { readonly id: Made }; readonly compute: { readonly id: Made } };
  readonly storage: {
    readonly accountName: Made;
    readonly blobEndpoint: Made;
    readonly containers: Readonly<Record<string, Made>>;
  };
  readonly monitoring: { readonly logAnalyticsId: Made };
  readonly workspace: { readonly id: Made; readonly workspaceName: Made; readonly inside: InWorkspace };
  readonly clusters: Readonly<Record<string, { readonly id: Made }>>;
  readonly datastores: Readonly<Record<string, { readonly id: Made; readonly uri: Made }>>;
  /** Made before anything that needs them; none where another stack has made them. */
  readonly roles: readonly pulumi.Resource[];
}

/** The output `platform` of a platform's stack. It holds no secret. */
export function describePlatform(settings: Settings, platform: Platform): pulumi.Output<PlatformDescription> {
  const { group, storage, workspace, identities, clusters, datastores, monitoring, roles } = platform;
  const described = {
    form: 1 as const,
    settings: platformSettings(settings),
    resourceGroupName: group.resourceGroupName,
    suffix: group.suffix,
    workspaceId: workspace.id,
    workspaceName: workspace.workspaceName,
    storageAccountName: storage.accountName,
    blobEndpoint: storage.blobEndpoint,
    uploadsContainer: storage.containers[UPLOADS]!,
    logAnalyticsId: monitoring.logAnalyticsId,
    computeIdentityId: identities.compute.id,
    endpointIdentityId: identities.endpoint.id,
    clusters: Object.fromEntries(Object.entries(clusters).map(([name, { id }]) => [name, id])),
    datastores: Object.fromEntries(
      Object.entries(datastores).map(([name, { id, uri }]) => [name, { id, uri }]),
    ),
  };
  // Whoever can read it may rely on the roles being there.
  const ready = pulumi.all(roles.map((role) => role.ready));
  return ready.apply(() => pulumi.output(described) as unknown as pulumi.Output<PlatformDescription>);
}

/**
 * Reads what the platform's stack says, at once: what exists in it decides what the program makes.
 * @throws RunError that names the stack, and what to do about it.
 */
export async function readPlatform(stack: string): Promise<PlatformDescription> {
  const reference = new pulumi.StackReference("platform", { name: stack });
  const value = (await reference.getOutputDetails(OUTPUT)).value as unknown;
  const parsed = description.safeParse(value);
  if (parsed.success) return parsed.data;
  const what =
    value === undefined
      ? "it has no output platform: bring it up with `pulumi up` first, as a stack with azure-ml:stack.part platform"
      : `its output platform is of another version of this program (${parsed.error.issues
          .map(({ path }) => path.join("."))
          .join(", ")}): bring it up again first`;
  throw new pulumi.RunError(`the workloads need the platform that stack ${stack} makes: ${what}`);
}

/** A platform that another stack has made, as if this one had. */
export function platformAt(settings: Settings, said: PlatformDescription): PlatformHandle {
  const { naming, location, tags } = settings;
  const made = (text: string) => pulumi.output(text);
  const placement = { ...{ naming, location, tags }, ...pick(said, "resourceGroupName", "suffix") };
  return {
    group: { placement, resourceGroupName: made(said.resourceGroupName), suffix: made(said.suffix) },
    identities: {
      endpoint: { id: made(said.endpointIdentityId) },
      compute: { id: made(said.computeIdentityId) },
    },
    storage: {
      accountName: made(said.storageAccountName),
      blobEndpoint: made(said.blobEndpoint),
      containers: { [UPLOADS]: made(said.uploadsContainer) },
    },
    monitoring: { logAnalyticsId: made(said.logAnalyticsId) },
    workspace: {
      id: made(said.workspaceId),
      workspaceName: made(said.workspaceName),
      inside: {
        ...{ id: said.workspaceId, location, tags },
        ...pick(said, "resourceGroupName", "workspaceName"),
      },
    },
    clusters: mapped(said.clusters, (id) => ({ id: made(id) })),
    datastores: mapped(said.datastores, ({ id, uri }) => ({ id: made(id), uri: made(uri) })),
    roles: [],
  };
}

const pick = <T, K extends keyof T>(from: T, ...keys: readonly K[]) =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
const mapped = <From, To>(from: Readonly<Record<string, From>>, make: (one: From) => To) =>
  Object.fromEntries(Object.entries(from).map(([name, one]) => [name, make(one)]));
