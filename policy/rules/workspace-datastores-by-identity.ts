import type { ResourceValidationPolicy } from "@pulumi/policy";
import { Workspace } from "@pulumi/azure-native/machinelearningservices/index.js";
import { check } from "./check.ts";

const KEYLESS: readonly (string | undefined)[] = ["identity", "userdelegationsas"];

/** Microsoft's "Disable shared key access for your workspace's storage account". An absent value means account keys. */
export const workspaceDatastoresByIdentity: ResourceValidationPolicy = {
  name: "workspace-datastores-by-identity",
  description: "A workspace's own datastores use identities, not account keys.",
  severity: "high",
  tags: ["AIDOCS disable local auth of storage"],
  enforcementLevel: "mandatory",
  validateResource: check(Workspace, ({ systemDatastoresAuthMode }) => [
    !KEYLESS.includes(systemDatastoresAuthMode?.toLowerCase()) && "Set systemDatastoresAuthMode to Identity.",
  ]),
};
