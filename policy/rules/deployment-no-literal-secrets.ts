import type { ResourceValidationPolicy } from "@pulumi/policy";
import { BatchDeployment, OnlineDeployment } from "@pulumi/azure-native/machinelearningservices/index.js";
import { check, ownType } from "./check.ts";

const SECRET_NAME =
  /(^|_)(key|apikey|secret|password|passwd|pwd|token|credentials?|connection_?string|sas)$/i;
const SECRET_VALUE =
  /(AccountKey|SharedAccessKey|Password|Pwd)=|[?&]sig=|-----BEGIN [A-Z ]*PRIVATE KEY-----/i;
/** What the service resolves itself: a workspace connection, or a secret of a vault. */
const REFERENCE = /^(\$\{\{azureml:\/\/.+\}\}|keyref:https:\/\/.+)$/i;

interface Deployment {
  readonly properties: { readonly environmentVariables?: Readonly<Record<string, string>> };
}

const problems = (variables: Readonly<Record<string, string>> = {}) =>
  Object.entries(variables).map(
    ([name, value]) =>
      (SECRET_NAME.test(name) || SECRET_VALUE.test(value)) &&
      value !== "" &&
      !REFERENCE.test(value) &&
      `Environment variable ${name} looks like a secret, and everyone who may read the deployment can read it: put it into a workspace connection, and set the variable to \${{azureml://connections/NAME/credentials/KEY}}.`,
  );

/** PSRule Deployment.SecretLeak, for what scanners do not look at. */
export const deploymentNoLiteralSecrets: ResourceValidationPolicy = {
  name: "deployment-no-literal-secrets",
  description: "Environment variables of deployments hold no secrets, only references to them.",
  severity: "critical",
  tags: ["PSRule Deployment.SecretLeak"],
  enforcementLevel: "mandatory",
  validateResource: [
    check(OnlineDeployment, ({ properties }) => problems(properties.environmentVariables)),
    check(ownType<Deployment>("OnlineDeployment"), ({ properties }) =>
      problems(properties.environmentVariables),
    ),
    check(BatchDeployment, ({ properties }) => problems(properties.environmentVariables)),
  ],
};
