import { at, same, stackRule } from "./rule.ts";

export const highImpactStorageClosed = stackRule({
  name: "high-impact-storage-closed",
  description: "The storage of a workspace with high business impact is closed to the Internet.",
  severity: "medium",
  tags: ["CKV2_AZURE_50"],
  problems: (s) => [
    ...s
      .of("azure-native:machinelearningservices:Workspace")
      .map(
        ({ props }) =>
          at(props, "hbiWorkspace") === true &&
          s
            .of("azure-native:storage:StorageAccount")
            .some((account) => !same(at(account.props, "publicNetworkAccess"), "Disabled")) &&
          "Set publicNetworkAccess to Disabled on the storage account of a workspace with hbiWorkspace.",
      ),
  ],
});
