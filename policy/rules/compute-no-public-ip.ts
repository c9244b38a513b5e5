import type { ResourceValidationPolicy } from "@pulumi/policy";
import { Compute } from "@pulumi/azure-native/machinelearningservices/index.js";
import { check } from "./check.ts";

/** Well-Architected Framework for Azure Machine Learning. An absent value means a public IP for each node. */
export const computeNoPublicIp: ResourceValidationPolicy = {
  name: "compute-no-public-ip",
  description: "Nodes of compute clusters and instances have no public IP address and no public SSH port.",
  severity: "high",
  tags: ["WAF"],
  enforcementLevel: "mandatory",
  validateResource: check(Compute, ({ properties }) => {
    if (properties?.computeType === "AmlCompute")
      return [
        properties.properties?.enableNodePublicIp !== false &&
          "Set properties.properties.enableNodePublicIp to false.",
        properties.properties?.remoteLoginPortPublicAccess === "Enabled" &&
          "Set properties.properties.remoteLoginPortPublicAccess to Disabled.",
      ];
    if (properties?.computeType === "ComputeInstance")
      return [
        properties.properties?.enableNodePublicIp !== false &&
          "Set properties.properties.enableNodePublicIp to false.",
        properties.properties?.sshSettings?.sshPublicAccess === "Enabled" &&
          "Set properties.properties.sshSettings.sshPublicAccess to Disabled.",
      ];
    return [];
  }),
};
