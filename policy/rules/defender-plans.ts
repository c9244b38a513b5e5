import { stackRule } from "./rule.ts";

export const defenderPlans = stackRule({
  name: "defender-plans",
  description: "Defender watches storage, vaults and containers of the subscription.",
  severity: "critical",
  tags: ["PSRule Defender.*"],
  problems: (s) => [
    s.of("azure-native:machinelearningservices:Workspace").length > 0 &&
      s.of("azure-native:security:Pricing").length === 0 &&
      "Turn Defender plans on with security.Pricing, in the stack that owns the subscription.",
  ],
});
