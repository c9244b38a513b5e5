/** Rules that the pack only advises, everywhere, each with the reason; and what sources say against each other, with what counts here. */

/** By rule. What stage prod does not hold is here and nowhere else. */
export const deviations: Readonly<Record<string, string>> = {
  "defender-plans": "Plans are bought for a subscription, which a stage does not own.",
  "deployment-telemetry": "The workload's YAML decides (app_insights_enabled).",
  "deployment-three-instances":
    "The workload's YAML decides (instance_count), as each instance costs money from the first minute.",
  "registry-no-arm-token":
    "Only previews of the registry's API have the setting (stable 2023-07-01 refuses it); the component keeps to what is stable.",
  "storage-customer-managed-key":
    "A key of the organisation is a choice of the stage; Azure's own key is the default.",
  "workspace-customer-managed-key":
    "A key of the organisation is a choice of the stage; Azure's own key is the default.",
};

/** Where sources contradict each other. */
export const conflicts: readonly (readonly [what: string, decision: string])[] = [
  [
    "Allow trusted services (CKV_AZURE_36) or no public access at all (AzPol b2982f36)",
    "Both: public access off, private endpoints, and trusted services let in, as Azure ML's managed network asks.",
  ],
  ["v1 legacy mode on (AzPol e413671a)", "Off: endpoints need the current API."],
  [
    "Clusters scale to zero (CKV_AZURE_150)",
    "Everywhere; a stage that keeps nodes warm takes the rule back in its configuration.",
  ],
  [
    "A missing publicNetworkAccess passes (CKV2_AZURE_49) or fails (AzPol 438c38d2)",
    "It fails: Azure's default is open.",
  ],
  ["Computes need a subnet (AzPol 7804b5c7)", "A workspace's managed network counts as one."],
  [
    "Idle shutdown (AzPol 679ddf89) and least privilege",
    "Instances shut down; one with an identity of its own needs Contributor on the workspace for it.",
  ],
  ["Purge protection everywhere", "In staging and prod; local and dev are made to go without a trace."],
  [
    "AcrPull or the repository roles of ABAC registries",
    "AcrPull: the registry's API that is used here has no such mode.",
  ],
];

/** Numbers of the rules' source that no program can show. */
export const unchecked: readonly (readonly [what: string, why: string])[] = [
  [
    "The operating system image of a compute instance is current (AzPol f110a506)",
    "Only the running instance knows.",
  ],
];
