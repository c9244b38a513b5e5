/**
 * The policy pack `azure-ml`: `pulumi preview --policy-pack policy`.
 * Every rule is mandatory; a stage that opens things on purpose adds `--policy-pack-config policy/stages/STAGE.json`.
 */
import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules/index.ts";

new PolicyPack("azure-ml", { policies: [...rules], enforcementLevel: "mandatory" });
