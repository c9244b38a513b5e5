import { at, resourceRule } from "./rule.ts";

export const locationAndTags = resourceRule({
  name: "location-and-tags",
  description: "Resources say where they are and whose they are.",
  severity: "medium",
  tags: ["AzPol e56962a6, 871b6d14", "PSRule Resource.AllowedRegions, RequiredTags"],
  types: [
    "azure-native:machinelearningservices:Workspace",
    "azure-native:storage:StorageAccount",
    "azure-native:keyvault:Vault",
    "azure-native:containerregistry:Registry",
    "azure-native:resources:ResourceGroup",
  ],
  problems: (p) => [
    at(p, "location") === undefined && "Set location.",
    ...["stage", "owner"].map(
      (tag) => at(p, `tags.${tag}`) === undefined && `Set the tag ${tag} (azure-ml:tags of the stage).`,
    ),
  ],
});
