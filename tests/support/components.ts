/** One of each component with the fewest arguments, for tests that hold for all of them. */
import type * as pulumi from "@pulumi/pulumi";
import type { InWorkspace, Placement } from "../../components/component.ts";
import { catalogue } from "../scenarios/catalogue.ts";
import { fixedWorld } from "../scenarios/world.ts";
import { subscription, tenant } from "./azure.ts";

const world = fixedWorld(subscription, tenant);
export const placement: Placement = world.placement;
export const workspace: InWorkspace = world.workspace;

/** ARM id of something in the test's resource group. */
const armId = (path: string): string =>
  `/subscriptions/${subscription}/resourceGroups/rg-ml-test/providers/${path}`;

export const identityId = armId("Microsoft.ManagedIdentity/userAssignedIdentities/id-test");

export const workspaceParts = {
  identityId,
  storageAccountId: armId("Microsoft.Storage/storageAccounts/st"),
  keyVaultId: armId("Microsoft.KeyVault/vaults/kv"),
  applicationInsightsId: armId("Microsoft.Insights/components/appi"),
  containerRegistryId: armId("Microsoft.ContainerRegistry/registries/cr"),
};

export const onlineDeployment = {
  properties: { endpointComputeType: "Managed" as const, instanceType: "Standard_DS2_v2" },
};

type Make = (name: string, opts?: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/** By type token. */
export const components: Readonly<Record<string, Make>> = Object.fromEntries(
  Object.entries(catalogue).map(([token, { defaults }]) => [
    token,
    (name: string, opts?: pulumi.ComponentResourceOptions) => defaults(name, world, opts),
  ]),
);
