import { at, same, stackRule } from "./rule.ts";

export const deploymentEgress = stackRule({
  name: "deployment-egress",
  description:
    "Deployments leave egress to the managed network where there is one, and have none to the Internet where there is not.",
  severity: "high",
  tags: ["AIDOCS secure online endpoints"],
  problems: (s) => [
    ...[
      ...s.of("azure-native:machinelearningservices:OnlineDeployment"),
      ...s.of("azureml:index:OnlineDeployment"),
    ].map(({ name, props }) => {
      const managed = s
        .of("azure-native:machinelearningservices:Workspace")
        .some((workspace) =>
          same(
            at(workspace.props, "managedNetwork.isolationMode"),
            "AllowInternetOutbound",
            "AllowOnlyApprovedOutbound",
          ),
        );
      const egress = at(props, "properties.egressPublicNetworkAccess");
      return managed
        ? egress !== undefined &&
            `Remove properties.egressPublicNetworkAccess of ${name}: the managed network decides.`
        : !same(egress, "Disabled") && `Set properties.egressPublicNetworkAccess of ${name} to Disabled.`;
    }),
  ],
});
