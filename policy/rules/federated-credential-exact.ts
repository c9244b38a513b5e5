import { at, listAt, resourceRule, same, textAt } from "./rule.ts";

export const federatedCredentialExact = resourceRule({
  name: "federated-credential-exact",
  description:
    "Pipelines sign in from one repository and one environment or pull requests, from a known issuer, for one audience.",
  severity: "high",
  tags: ["AzPol fd1a8e20, 2571b7c3"],
  types: [
    "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
    "azure-native:managedidentity:FederatedIdentityCredential",
  ],
  problems: (p) => [
    !same(at(p, "issuer"), "https://token.actions.githubusercontent.com") &&
      "Set issuer to https://token.actions.githubusercontent.com.",
    !/^repo:[^:*\/]+\/[^:*\/]+:(environment:[^*]+|pull_request)$/.test(textAt(p, "subject")) &&
      "Set subject to repo:OWNER/NAME:environment:NAME, or to repo:OWNER/NAME:pull_request.",
    listAt(p, "audiences").length !== 1 && "Set audiences to one value.",
  ],
});
