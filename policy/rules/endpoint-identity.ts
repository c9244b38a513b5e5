import { resourceRule, textAt } from "./rule.ts";

export const endpointIdentity = resourceRule({
  name: "endpoint-identity",
  description: "Online endpoints act as a user-assigned identity.",
  severity: "medium",
  tags: ["AIDOCS online endpoint authentication"],
  types: ["azure-native:machinelearningservices:OnlineEndpoint", "azureml:index:OnlineEndpoint"],
  problems: (p) => [
    !/userassigned/i.test(textAt(p, "identity.type")) &&
      "Set identity.type to UserAssigned with the endpoints' identity: its roles must be there before the first deployment.",
  ],
});
