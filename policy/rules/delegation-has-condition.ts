import { at, resourceRule } from "./rule.ts";
import { isDelegation } from "./parts.ts";

export const delegationHasCondition = resourceRule({
  name: "delegation-has-condition",
  description: "Whoever may give roles may give only those that a condition lists.",
  severity: "high",
  tags: ["learn: delegate role assignments"],
  types: ["azure-native:authorization:RoleAssignment"],
  problems: (p) => [
    isDelegation(at(p, "roleDefinitionId")) &&
      (at(p, "condition") === undefined || at(p, "conditionVersion") !== "2.0") &&
      "Set condition and conditionVersion 2.0; components/access/roles.ts has one that limits roles and kinds of principals.",
  ],
});
