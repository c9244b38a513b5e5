import type { ResourceValidationPolicy } from "@pulumi/policy";
import { Datastore } from "@pulumi/azure-native/machinelearningservices/index.js";
import { check } from "./check.ts";

/** Everyone who may read a workspace may read the credentials of its datastores. */
export const datastoreNoCredentials: ResourceValidationPolicy = {
  name: "datastore-no-credentials",
  description: "Datastores hold no account key, SAS token or client secret.",
  severity: "critical",
  tags: ["AIDOCS disable local auth of storage"],
  enforcementLevel: "mandatory",
  validateResource: check(Datastore, ({ properties }) => [
    properties.credentials.credentialsType !== "None" &&
      "Set properties.credentials.credentialsType to None, and give the identities that use the datastore a role on the storage account.",
  ]),
};
