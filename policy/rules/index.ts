/** All rules. To add one: a file beside this, a line here, a fixture and a mutation in `tests/policy/`. */
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { computeLocalAuthDisabled } from "./compute-local-auth-disabled.ts";
import { computeNoPublicIp } from "./compute-no-public-ip.ts";
import { datastoreNoCredentials } from "./datastore-no-credentials.ts";
import { deploymentNoLiteralSecrets } from "./deployment-no-literal-secrets.ts";
import { endpointEntraAuth } from "./endpoint-entra-auth.ts";
import { publicNetworkAccessDisabled } from "./public-network-access-disabled.ts";
import { registryNoSharedLogin } from "./registry-no-shared-login.ts";
import { roleAssignmentLeastPrivilege } from "./role-assignment-least-privilege.ts";
import { roleAssignmentPrincipalType } from "./role-assignment-principal-type.ts";
import { storageNoAnonymousBlobs } from "./storage-no-anonymous-blobs.ts";
import { storageNoSharedKey } from "./storage-no-shared-key.ts";
import { storageTransportSecurity } from "./storage-transport-security.ts";
import { vaultPurgeProtection } from "./vault-purge-protection.ts";
import { vaultRbac } from "./vault-rbac.ts";
import { workspaceDatastoresByIdentity } from "./workspace-datastores-by-identity.ts";
import { workspaceUserAssignedIdentity } from "./workspace-user-assigned-identity.ts";

export const rules: readonly ResourceValidationPolicy[] = [
  computeLocalAuthDisabled,
  computeNoPublicIp,
  datastoreNoCredentials,
  deploymentNoLiteralSecrets,
  endpointEntraAuth,
  publicNetworkAccessDisabled,
  registryNoSharedLogin,
  roleAssignmentLeastPrivilege,
  roleAssignmentPrincipalType,
  storageNoAnonymousBlobs,
  storageNoSharedKey,
  storageTransportSecurity,
  vaultPurgeProtection,
  vaultRbac,
  workspaceDatastoresByIdentity,
  workspaceUserAssignedIdentity,
];
