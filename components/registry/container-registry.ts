import * as pulumi from "@pulumi/pulumi";
import * as containerregistry from "@pulumi/azure-native/containerregistry/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";
import { exposure } from "../network/exposure.ts";

export interface ContainerRegistryArgs {
  readonly placement: Placement;
  /** Opens the registry to the Internet, for callers with a role. Lets it be of the cheap kind. @default false */
  readonly publicNetworkAccess?: boolean;
  /** It gets private endpoints, which the cheap kind does not take. @default false */
  readonly privateEndpoints?: boolean;
  /** Copies over the zones of the region, which has to have some. Closed registries only; a change makes another registry. @default false */
  readonly zoneRedundant?: boolean;
  /** Days until an image goes that no tag names any more, up to 365. Closed registries only. @default never */
  readonly untaggedDays?: number;
}

/**
 * The registry where a workspace keeps the images of its environments; no admin user, no anonymous pull.
 * Closed, it is Premium (about 50 USD a month), the only kind that can be; open and without private endpoints, Standard (about 20).
 */
export class ContainerRegistry extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: ContainerRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("registry", "ContainerRegistry"), name, args, opts);
    const { placement, publicNetworkAccess = false, privateEndpoints = false } = args;

    const registry = new containerregistry.Registry(
      name,
      {
        registryName: nameOf(placement, "containerRegistry"),
        resourceGroupName: placement.resourceGroupName,
        location: placement.location,
        tags: { ...placement.tags },
        adminUserEnabled: false,
        // Off unless asked for. The SDK would say so, in a property that the stable API, 2023-07-01, does not know.
        anonymousPullEnabled: pulumi.output(undefined),
        ...(publicNetworkAccess ? open(privateEndpoints) : closed(args)),
      },
      // Azure keeps it as it was made, and the name is given.
      pulumi.mergeOptions(within(this, opts), {
        replaceOnChanges: ["zoneRedundancy"],
        deleteBeforeReplace: true,
      }),
    );

    this.id = registry.id;
    this.registerOutputs({ id: registry.id });
  }
}

const open = (privateEndpoints: boolean) => ({
  sku: { name: privateEndpoints ? "Premium" : "Standard" },
  publicNetworkAccess: exposure(true).publicNetworkAccess,
});

/** Images leave it by pulling only: exporting to another registry would go around the closed network. */
const closed = ({ zoneRedundant = false, untaggedDays }: ContainerRegistryArgs) => ({
  sku: { name: "Premium" },
  publicNetworkAccess: exposure(false).publicNetworkAccess,
  networkRuleSet: { defaultAction: exposure(false).defaultAction },
  networkRuleBypassOptions: "AzureServices",
  // Layers come from addresses of the registry's own: rules of a firewall need not let out to all storage of Azure.
  dataEndpointEnabled: true,
  zoneRedundancy: zoneRedundant ? "Enabled" : "Disabled",
  policies: {
    exportPolicy: { status: "disabled" },
    ...(untaggedDays !== undefined && { retentionPolicy: { status: "enabled", days: untaggedDays } }),
  },
});
