import { at, resourceRule, same } from "./rule.ts";

export const computeIdentity = resourceRule({
  name: "compute-identity",
  description: "Computes act as a managed identity.",
  severity: "medium",
  tags: ["AIDOCS identity-based service authentication"],
  types: ["azure-native:machinelearningservices:Compute"],
  problems: (p) => [
    same(at(p, "properties.computeType"), "AmlCompute", "ComputeInstance") &&
      (at(p, "identity.type") === undefined || same(at(p, "identity.type"), "None")) &&
      "Set identity to a user-assigned identity that has the roles of components/access/role-table.ts.",
  ],
});
