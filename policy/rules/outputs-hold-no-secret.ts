import { stackRule } from "./rule.ts";

export const outputsHoldNoSecret = stackRule({
  name: "outputs-hold-no-secret",
  description: "Stack outputs hold no secret.",
  severity: "critical",
  tags: ["PSRule Deployment.OutputSecretValue, SecretLeak"],
  problems: (s) => [
    ...s.of("pulumi:pulumi:Stack").flatMap(({ props }) =>
      Object.keys(props)
        .filter((key) => /(password|secret|key|token|connectionstring|sas)$/i.test(key))
        .map((key) => `Remove the output ${key}: say where the secret is kept, not what it is.`),
    ),
  ],
});
