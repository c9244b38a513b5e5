import { at, entriesAt, same, stackRule } from "./rule.ts";

export const trafficNamesDeployments = stackRule({
  name: "traffic-names-deployments",
  description: "Traffic goes to deployments that the stack has; one with traffic is not removed.",
  severity: "high",
  tags: ["AIDOCS safe rollout"],
  problems: (s) => [
    ...s
      .of("azureml:index:EndpointTraffic")
      .flatMap(({ name, props }) =>
        [...entriesAt(props, "traffic"), ...entriesAt(props, "mirrorTraffic")]
          .filter(
            ([deployment, percent]) =>
              Number(percent) > 0 &&
              ![
                ...s.of("azure-native:machinelearningservices:OnlineDeployment"),
                ...s.of("azureml:index:OnlineDeployment"),
              ].some((one) => same(at(one.props, "deploymentName") ?? at(one.props, "name"), deployment)),
          )
          .map(
            ([deployment]) =>
              `Traffic of ${name} names ${deployment}: add that deployment, or take its share off first.`,
          ),
      ),
  ],
});
