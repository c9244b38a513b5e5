import * as pulumi from "@pulumi/pulumi";
import * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";
import { exposure } from "../network/exposure.ts";

export interface MlRegistryArgs {
  readonly placement: Placement;
  /** Regions that read from it without crossing the world, besides its own. More can be added later. @default none */
  readonly regions?: readonly string[];
  /** Opens it to the Internet, for callers with a role. @default false */
  readonly publicNetworkAccess?: boolean;
  /** Copies of its data in each region. Cannot be changed. @default "Standard_LRS" */
  readonly redundancy?: "Standard_LRS" | "Standard_ZRS" | "Standard_GRS";
}

/**
 * A registry that shares models, environments, components and data between workspaces: what a stage tried, the next one
 * runs. Azure makes its storage and its container registry, one of each in every region. Its name and its own region
 * are for good. Closed, it is reached by `PrivateEndpoints` of the link `mlRegistry`.
 */
export class MlRegistry extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly registryName: pulumi.Output<string>;

  constructor(name: string, args: MlRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("registry", "MlRegistry"), name, args, opts);
    const { placement, regions = [], publicNetworkAccess = false, redundancy = "Standard_LRS" } = args;
    const { location } = placement;

    const registry = new ml.Registry(
      name,
      {
        registryName: nameOf(placement, "mlRegistry"),
        resourceGroupName: placement.resourceGroupName,
        location,
        tags: { ...placement.tags },
        identity: { type: "SystemAssigned" },
        publicNetworkAccess: exposure(publicNetworkAccess).publicNetworkAccess,
        // Its own region stands in the list too.
        regionDetails: [...new Set([location, ...regions])].map((region) => ({
          location: region,
          acrDetails: [{ systemCreatedAcrAccount: { acrAccountSku: "Premium" } }],
          storageAccountDetails: [
            {
              systemCreatedStorageAccount: {
                storageAccountType: redundancy,
                storageAccountHnsEnabled: false,
                allowBlobPublicAccess: false,
              },
            },
          ],
        })),
      },
      within(this, opts),
    );

    this.id = registry.id;
    this.registryName = registry.name;
    this.registerOutputs({ id: registry.id, registryName: registry.name });
  }
}
