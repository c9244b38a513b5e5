import { at, entriesAt, same, stackRule } from "./rule.ts";

export const workspaceOutboundRules = stackRule({
  name: "workspace-outbound-rules",
  description: "A workspace with approved outbound alone has private endpoint rules for what it depends on.",
  severity: "medium",
  tags: ["CKV_AZURE_243"],
  problems: (s) => [
    ...s
      .of("azure-native:machinelearningservices:Workspace")
      .map(
        ({ props }) =>
          same(at(props, "managedNetwork.isolationMode"), "AllowOnlyApprovedOutbound") &&
          !entriesAt(props, "managedNetwork.outboundRules").some(([, rule]) =>
            same(at(rule, "type"), "PrivateEndpoint"),
          ) &&
          s.of("azure-native:machinelearningservices:ManagedNetworkSettingsRule").length === 0 &&
          "Add outbound rules of type PrivateEndpoint to managedNetwork.outboundRules for what jobs and deployments read.",
      ),
  ],
});
