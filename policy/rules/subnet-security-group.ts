import { plainType, resourceRule } from "./rule.ts";
import { subnetProblems } from "./parts.ts";

export const subnetSecurityGroup = resourceRule({
  name: "subnet-security-group",
  description: "Subnets have a network security group, and none lets everybody in.",
  severity: "critical",
  tags: ["PSRule VNET.UseNSGs, NSG.AnyInboundSource", "CKV2_AZURE_31", "AVD-AZU-0047, 0050, 0051"],
  types: [
    "azure-native:network:Subnet",
    "azure-native:network:VirtualNetwork",
    "azure-native:network:NetworkSecurityGroup",
  ],
  problems: (p, resource) => [...subnetProblems(p, plainType(resource.type))],
});
