import { at, resourceRule } from "./rule.ts";

export const storageNoCrossTenantReplication = resourceRule({
  name: "storage-no-cross-tenant-replication",
  description: "Storage accounts replicate to no other tenant.",
  severity: "medium",
  tags: ["AzPol 92a89a79"],
  types: ["azure-native:storage:StorageAccount"],
  problems: (p) => [
    at(p, "allowCrossTenantReplication") !== false && "Set allowCrossTenantReplication to false.",
  ],
});
