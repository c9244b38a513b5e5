import type { ResourceValidationPolicy } from "@pulumi/policy";
import { Registry } from "@pulumi/azure-native/containerregistry/index.js";
import { Vault } from "@pulumi/azure-native/keyvault/index.js";
import { OnlineEndpoint, Workspace } from "@pulumi/azure-native/machinelearningservices/index.js";
import { StorageAccount } from "@pulumi/azure-native/storage/index.js";
import { check, ownType } from "./check.ts";

const problem = (access: string | undefined, property = "publicNetworkAccess") =>
  access?.toLowerCase() !== "disabled" &&
  `Set ${property} to Disabled, and reach it through a private endpoint or the workspace's managed network.`;

interface Endpoint {
  readonly properties: { readonly publicNetworkAccess?: string };
}
const endpointProblems = ({ properties }: Endpoint) => [
  problem(properties.publicNetworkAccess, "properties.publicNetworkAccess"),
];

/**
 * Azure Policy 438c38d2, b2982f36, 405c5871, 0fdf0491; PSRule AZR-000406; CKV_AZURE_144, 59, 189, 139.
 * An absent value fails: Azure's default is open.
 */
export const publicNetworkAccessDisabled: ResourceValidationPolicy = {
  name: "public-network-access-disabled",
  description: "Workspaces, their resources and online endpoints are not reachable from the public Internet.",
  severity: "critical",
  tags: ["AzPol 438c38d2, b2982f36, 405c5871, 0fdf0491", "AZR-000406", "CKV_AZURE_144, 59, 189, 139"],
  enforcementLevel: "mandatory",
  validateResource: [
    check(Workspace, ({ publicNetworkAccess, allowPublicAccessWhenBehindVnet }) => [
      problem(publicNetworkAccess),
      allowPublicAccessWhenBehindVnet === true && "Set allowPublicAccessWhenBehindVnet to false.",
    ]),
    check(StorageAccount, ({ publicNetworkAccess }) => [problem(publicNetworkAccess)]),
    check(Vault, ({ properties }) => [
      problem(properties.publicNetworkAccess, "properties.publicNetworkAccess"),
    ]),
    check(Registry, ({ publicNetworkAccess }) => [problem(publicNetworkAccess)]),
    check(OnlineEndpoint, endpointProblems),
    check(ownType<Endpoint>("OnlineEndpoint"), endpointProblems),
  ],
};
