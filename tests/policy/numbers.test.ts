/** The rules of the source that the pack is made from, by their numbers there: each is one of the pack, or is said to be unchecked. */
import { expect, test } from "@jest/globals";
import { unchecked } from "@azure-ml-as-code/policy/deviations.ts";
import { rules } from "@azure-ml-as-code/policy/rules/index.ts";

/** Rules of the pack with the numbers that each stands for. */
const numbers: Readonly<Record<string, readonly number[]>> = {
  "public-network-access-disabled": [1, 2, 27, 50],
  "workspace-managed-network": [3],
  "workspace-private-endpoint": [4],
  "workspace-outbound-rules": [5],
  "workspace-user-assigned-identity": [6],
  "workspace-datastores-by-identity": [7],
  "workspace-customer-managed-key": [8],
  "customer-key-vault-protected": [9],
  "workspace-no-v1-legacy": [10],
  "workspace-diagnostics": [11],
  "endpoint-diagnostics": [12],
  "high-impact-storage-closed": [13],
  "serverless-no-public-ip": [14],
  "compute-local-auth-disabled": [15],
  "compute-in-network": [16],
  "compute-no-public-ip": [17, 18, 19],
  "instance-idle-shutdown": [20],
  "cluster-scales-to-zero": [21],
  "cluster-dedicated": [22],
  "compute-identity": [23],
  "compute-no-admin-password": [24],
  "endpoint-entra-auth": [26, 28, 42],
  "endpoint-identity": [29],
  "endpoint-traffic-sum": [30],
  "endpoint-mirror-traffic": [31],
  "traffic-names-deployments": [32, 33],
  "deployment-egress": [34],
  "deployment-telemetry": [35],
  "deployment-three-instances": [36],
  "deployment-request-timeout": [37],
  "deployment-pinned-assets": [38],
  "deployment-model-source": [39],
  "deployment-no-literal-secrets": [40],
  "endpoint-names": [41],
  "batch-default-deployment": [43],
  "batch-retries-explicit": [44],
  "datastore-no-credentials": [45],
  "storage-no-anonymous-blobs": [46, 62],
  "storage-no-shared-key": [47],
  "storage-transport-security": [48, 49],
  "storage-firewall-deny": [51],
  "storage-trusted-services": [52],
  "storage-private-endpoints": [53],
  "storage-no-cross-tenant-replication": [54],
  "storage-no-local-users": [55],
  "storage-infrastructure-encryption": [56],
  "storage-customer-managed-key": [57],
  "storage-sas-policy": [58],
  "storage-redundant": [59],
  "blob-soft-delete": [60],
  "file-share-soft-delete": [61],
  "storage-diagnostics": [63],
  "vault-purge-protection": [64],
  "vault-rbac": [65],
  "vault-firewall-deny": [66],
  "vault-private-endpoint": [67],
  "vault-diagnostics": [68],
  "vault-secret-expiry": [69],
  "registry-no-shared-login": [70, 71],
  "registry-firewall-deny": [72],
  "registry-premium": [73],
  "registry-private-endpoint": [74],
  "registry-no-export": [75],
  "registry-no-arm-token": [76],
  "registry-resilient": [77],
  "insights-entra-only": [78],
  "insights-workspace-based": [79],
  "insights-closed": [80],
  "log-analytics-closed": [81],
  "role-assignment-least-privilege": [82],
  "role-assignment-principal-type": [83],
  "delegation-has-condition": [84],
  "custom-role-narrow": [85],
  "federated-credential-exact": [86],
  "subnet-security-group": [87],
  "outputs-hold-no-secret": [88],
  "stateful-protected": [89],
  "location-and-tags": [90],
  "no-preview-api": [91],
  "defender-plans": [92],
};
/** Only a running instance knows how old its image is. */
const RUNTIME_ONLY = [25];

test("each of the 92 has a rule of the pack, but for the one that no program can show", () => {
  const covered = [...Object.values(numbers).flat(), ...RUNTIME_ONLY].sort((a, b) => a - b);
  expect(covered).toEqual(Array.from({ length: 92 }, (_, i) => i + 1));
  expect(unchecked).toHaveLength(RUNTIME_ONLY.length);
});

test("each rule of the pack stands for some of them", () => {
  expect(Object.keys(numbers).sort()).toEqual(rules.map(({ name }) => name).sort());
});
