/** All rules. To add one: a file beside this, a line here, a fixture and a mutation in `tests/policy/`. */
import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { batchDefaultDeployment } from "./batch-default-deployment.ts";
import { batchRetriesExplicit } from "./batch-retries-explicit.ts";
import { blobSoftDelete } from "./blob-soft-delete.ts";
import { clusterDedicated } from "./cluster-dedicated.ts";
import { clusterScalesToZero } from "./cluster-scales-to-zero.ts";
import { computeIdentity } from "./compute-identity.ts";
import { computeInNetwork } from "./compute-in-network.ts";
import { computeLocalAuthDisabled } from "./compute-local-auth-disabled.ts";
import { computeNoAdminPassword } from "./compute-no-admin-password.ts";
import { computeNoPublicIp } from "./compute-no-public-ip.ts";
import { customRoleNarrow } from "./custom-role-narrow.ts";
import { customerKeyVaultProtected } from "./customer-key-vault-protected.ts";
import { datastoreNoCredentials } from "./datastore-no-credentials.ts";
import { defenderPlans } from "./defender-plans.ts";
import { delegationHasCondition } from "./delegation-has-condition.ts";
import { deploymentEgress } from "./deployment-egress.ts";
import { deploymentModelSource } from "./deployment-model-source.ts";
import { deploymentNoLiteralSecrets } from "./deployment-no-literal-secrets.ts";
import { deploymentPinnedAssets } from "./deployment-pinned-assets.ts";
import { deploymentRequestTimeout } from "./deployment-request-timeout.ts";
import { deploymentTelemetry } from "./deployment-telemetry.ts";
import { deploymentThreeInstances } from "./deployment-three-instances.ts";
import { endpointDiagnostics } from "./endpoint-diagnostics.ts";
import { endpointEntraAuth } from "./endpoint-entra-auth.ts";
import { endpointIdentity } from "./endpoint-identity.ts";
import { endpointMirrorTraffic } from "./endpoint-mirror-traffic.ts";
import { endpointNames } from "./endpoint-names.ts";
import { endpointTrafficSum } from "./endpoint-traffic-sum.ts";
import { federatedCredentialExact } from "./federated-credential-exact.ts";
import { fileShareSoftDelete } from "./file-share-soft-delete.ts";
import { highImpactStorageClosed } from "./high-impact-storage-closed.ts";
import { insightsClosed } from "./insights-closed.ts";
import { insightsEntraOnly } from "./insights-entra-only.ts";
import { insightsWorkspaceBased } from "./insights-workspace-based.ts";
import { instanceIdleShutdown } from "./instance-idle-shutdown.ts";
import { locationAndTags } from "./location-and-tags.ts";
import { logAnalyticsClosed } from "./log-analytics-closed.ts";
import { noPreviewApi } from "./no-preview-api.ts";
import { outputsHoldNoSecret } from "./outputs-hold-no-secret.ts";
import { publicNetworkAccessDisabled } from "./public-network-access-disabled.ts";
import { registryFirewallDeny } from "./registry-firewall-deny.ts";
import { registryNoArmToken } from "./registry-no-arm-token.ts";
import { registryNoExport } from "./registry-no-export.ts";
import { registryNoSharedLogin } from "./registry-no-shared-login.ts";
import { registryPremium } from "./registry-premium.ts";
import { registryPrivateEndpoint } from "./registry-private-endpoint.ts";
import { registryResilient } from "./registry-resilient.ts";
import { roleAssignmentLeastPrivilege } from "./role-assignment-least-privilege.ts";
import { roleAssignmentPrincipalType } from "./role-assignment-principal-type.ts";
import { serverlessNoPublicIp } from "./serverless-no-public-ip.ts";
import { statefulProtected } from "./stateful-protected.ts";
import { storageCustomerManagedKey } from "./storage-customer-managed-key.ts";
import { storageDiagnostics } from "./storage-diagnostics.ts";
import { storageFirewallDeny } from "./storage-firewall-deny.ts";
import { storageInfrastructureEncryption } from "./storage-infrastructure-encryption.ts";
import { storageNoAnonymousBlobs } from "./storage-no-anonymous-blobs.ts";
import { storageNoCrossTenantReplication } from "./storage-no-cross-tenant-replication.ts";
import { storageNoLocalUsers } from "./storage-no-local-users.ts";
import { storageNoSharedKey } from "./storage-no-shared-key.ts";
import { storagePrivateEndpoints } from "./storage-private-endpoints.ts";
import { storageRedundant } from "./storage-redundant.ts";
import { storageSasPolicy } from "./storage-sas-policy.ts";
import { storageTransportSecurity } from "./storage-transport-security.ts";
import { storageTrustedServices } from "./storage-trusted-services.ts";
import { subnetSecurityGroup } from "./subnet-security-group.ts";
import { trafficNamesDeployments } from "./traffic-names-deployments.ts";
import { vaultDiagnostics } from "./vault-diagnostics.ts";
import { vaultFirewallDeny } from "./vault-firewall-deny.ts";
import { vaultPrivateEndpoint } from "./vault-private-endpoint.ts";
import { vaultPurgeProtection } from "./vault-purge-protection.ts";
import { vaultRbac } from "./vault-rbac.ts";
import { vaultSecretExpiry } from "./vault-secret-expiry.ts";
import { workspaceCustomerManagedKey } from "./workspace-customer-managed-key.ts";
import { workspaceDatastoresByIdentity } from "./workspace-datastores-by-identity.ts";
import { workspaceDiagnostics } from "./workspace-diagnostics.ts";
import { workspaceManagedNetwork } from "./workspace-managed-network.ts";
import { workspaceNoV1Legacy } from "./workspace-no-v1-legacy.ts";
import { workspaceOutboundRules } from "./workspace-outbound-rules.ts";
import { workspacePrivateEndpoint } from "./workspace-private-endpoint.ts";
import { workspaceUserAssignedIdentity } from "./workspace-user-assigned-identity.ts";

export const rules: readonly (ResourceValidationPolicy | StackValidationPolicy)[] = [
  batchDefaultDeployment,
  batchRetriesExplicit,
  blobSoftDelete,
  clusterDedicated,
  clusterScalesToZero,
  computeIdentity,
  computeInNetwork,
  computeLocalAuthDisabled,
  computeNoAdminPassword,
  computeNoPublicIp,
  customRoleNarrow,
  customerKeyVaultProtected,
  datastoreNoCredentials,
  defenderPlans,
  delegationHasCondition,
  deploymentEgress,
  deploymentModelSource,
  deploymentNoLiteralSecrets,
  deploymentPinnedAssets,
  deploymentRequestTimeout,
  deploymentTelemetry,
  deploymentThreeInstances,
  endpointDiagnostics,
  endpointEntraAuth,
  endpointIdentity,
  endpointMirrorTraffic,
  endpointNames,
  endpointTrafficSum,
  federatedCredentialExact,
  fileShareSoftDelete,
  highImpactStorageClosed,
  insightsClosed,
  insightsEntraOnly,
  insightsWorkspaceBased,
  instanceIdleShutdown,
  locationAndTags,
  logAnalyticsClosed,
  noPreviewApi,
  outputsHoldNoSecret,
  publicNetworkAccessDisabled,
  registryFirewallDeny,
  registryNoArmToken,
  registryNoExport,
  registryNoSharedLogin,
  registryPremium,
  registryPrivateEndpoint,
  registryResilient,
  roleAssignmentLeastPrivilege,
  roleAssignmentPrincipalType,
  serverlessNoPublicIp,
  statefulProtected,
  storageCustomerManagedKey,
  storageDiagnostics,
  storageFirewallDeny,
  storageInfrastructureEncryption,
  storageNoAnonymousBlobs,
  storageNoCrossTenantReplication,
  storageNoLocalUsers,
  storageNoSharedKey,
  storagePrivateEndpoints,
  storageRedundant,
  storageSasPolicy,
  storageTransportSecurity,
  storageTrustedServices,
  subnetSecurityGroup,
  trafficNamesDeployments,
  vaultDiagnostics,
  vaultFirewallDeny,
  vaultPrivateEndpoint,
  vaultPurgeProtection,
  vaultRbac,
  vaultSecretExpiry,
  workspaceCustomerManagedKey,
  workspaceDatastoresByIdentity,
  workspaceDiagnostics,
  workspaceManagedNetwork,
  workspaceNoV1Legacy,
  workspaceOutboundRules,
  workspacePrivateEndpoint,
  workspaceUserAssignedIdentity,
];
