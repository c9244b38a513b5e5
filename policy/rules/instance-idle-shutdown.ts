import { at, resourceRule, same } from "./rule.ts";

export const instanceIdleShutdown = resourceRule({
  name: "instance-idle-shutdown",
  description: "Compute instances shut down when nobody uses them.",
  severity: "critical",
  tags: ["AzPol 679ddf89", "AZR-000403"],
  types: ["azure-native:machinelearningservices:Compute"],
  problems: (p) => [
    same(at(p, "properties.computeType"), "ComputeInstance") &&
      at(p, "properties.properties.idleTimeBeforeShutdown") === undefined &&
      "Set properties.properties.idleTimeBeforeShutdown, such as PT60M.",
  ],
});
