import { at, same, stackRule } from "./rule.ts";

export const computeInNetwork = stackRule({
  name: "compute-in-network",
  description: "Compute nodes are in a subnet, or in the workspace's managed network.",
  severity: "critical",
  tags: ["AzPol 7804b5c7", "AZR-000405", "MCSB NS-2"],
  problems: (s) => [
    ...s
      .of("azure-native:machinelearningservices:Compute")
      .map(
        ({ name, props }) =>
          same(at(props, "properties.computeType"), "AmlCompute", "ComputeInstance") &&
          at(props, "properties.properties.subnet.id") === undefined &&
          !s
            .of("azure-native:machinelearningservices:Workspace")
            .some((workspace) =>
              same(
                at(workspace.props, "managedNetwork.isolationMode"),
                "AllowInternetOutbound",
                "AllowOnlyApprovedOutbound",
              ),
            ) &&
          `Set properties.properties.subnet.id of ${name}, or give the workspace a managed network.`,
      ),
  ],
});
