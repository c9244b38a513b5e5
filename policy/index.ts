/**
 * The policy pack `azure-ml`: `pulumi preview --policy-pack policy`.
 * Every rule is mandatory but those of `deviations.ts`; a stage that opens things on purpose adds
 * `--policy-pack-config policy/stages/STAGE.json`.
 */
import { PolicyPack } from "@pulumi/policy";
import { deviations } from "./deviations.ts";
import { rules } from "./rules/index.ts";

new PolicyPack("azure-ml", {
  policies: rules.map((rule) =>
    rule.name in deviations ? { ...rule, enforcementLevel: "advisory" as const } : rule,
  ),
  enforcementLevel: "mandatory",
});
