import type { ResourceValidationPolicy } from "@pulumi/policy";
import { BatchEndpoint, OnlineEndpoint } from "@pulumi/azure-native/machinelearningservices/index.js";
import { check, ownType } from "./check.ts";

interface Endpoint {
  readonly properties: { readonly authMode: string; readonly keys?: unknown };
}

const problems = ({ authMode, keys }: Endpoint["properties"]) => [
  authMode.toLowerCase() !== "aadtoken" &&
    "Set properties.authMode to AADToken: keys are shared and do not expire.",
  keys !== undefined && keys !== null && "Remove properties.keys: a key in a program is a literal secret.",
];

/** Cloud security benchmark IM-1. */
export const endpointEntraAuth: ResourceValidationPolicy = {
  name: "endpoint-entra-auth",
  description: "Endpoints are invoked with Entra tokens, never with keys.",
  severity: "high",
  tags: ["MCSB IM-1"],
  enforcementLevel: "mandatory",
  validateResource: [
    check(OnlineEndpoint, ({ properties }) => problems(properties)),
    check(BatchEndpoint, ({ properties }) => problems(properties)),
    check(ownType<Endpoint>("OnlineEndpoint"), ({ properties }) => problems(properties)),
    check(ownType<Endpoint>("BatchEndpoint"), ({ properties }) => problems(properties)),
  ],
};
