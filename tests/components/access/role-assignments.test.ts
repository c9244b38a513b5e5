import { describe, expect, test } from "@jest/globals";
import { RoleAssignments } from "../../../components/access/role-assignments.ts";
import type { RoleAssignmentsArgs } from "../../../components/access/role-assignments.ts";
import { assignmentName, roleDefinitionId } from "../../../components/access/roles.ts";
import { roleTable } from "../../../components/access/role-table.ts";
import { subscription } from "../../support/azure.ts";
import { workspaceParts } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const registry = workspaceParts.containerRegistryId;
const args: RoleAssignmentsArgs = {
  subscriptionId: subscription,
  table: roleTable,
  principals: {
    endpoint: { id: "principal-1", type: "ServicePrincipal" },
    readers: { id: "group-1", type: "Group" },
  },
  scopes: { registry, storage: workspaceParts.storageAccountId },
};

describe("RoleAssignments", () => {
  test("one assignment a row, named by scope, principal and role", async () => {
    const { of, one } = await run(() => {
      new RoleAssignments("roles", args);
    });
    expect(of("azure-native:authorization:RoleAssignment").map(({ name }) => name)).toEqual([
      "roles-endpoint-registry-acrpull",
      "roles-endpoint-storage-storage-blob-data-reader",
      "roles-readers-storage-storage-blob-data-reader",
      "roles-readers-storage-storage-file-data-privileged-reader",
    ]);
    expect(
      one("azure-native:authorization:RoleAssignment", "roles-endpoint-registry-acrpull").inputs,
    ).toEqual({
      roleAssignmentName: assignmentName(registry, "principal-1", "AcrPull"),
      scope: registry,
      principalId: "principal-1",
      principalType: "ServicePrincipal",
      roleDefinitionId: roleDefinitionId(subscription, "AcrPull"),
      description: "starting a deployment: pulling the image of its environment",
    });
  });

  test("a new principal gets new names: a stale assignment is never in the way", async () => {
    const names = async (id: string) => {
      const { of } = await run(() => {
        new RoleAssignments("roles", {
          ...args,
          principals: { endpoint: { id, type: "ServicePrincipal" } },
        });
      });
      return of("azure-native:authorization:RoleAssignment").map(
        ({ inputs }) => inputs["roleAssignmentName"],
      );
    };
    const [before, after] = [await names("principal-1"), await names("principal-2")];
    expect(before).toHaveLength(2);
    expect(before.filter((name) => after.includes(name))).toEqual([]);
  });
});
