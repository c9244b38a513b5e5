import { listAt, resourceRule } from "./rule.ts";

export const customRoleNarrow = resourceRule({
  name: "custom-role-narrow",
  description: "Custom roles allow neither everything nor giving roles.",
  severity: "medium",
  tags: ["AzPol a451c1ef", "CKV_AZURE_39", "AVD-AZU-0030, 0052"],
  types: ["azure-native:authorization:RoleDefinition"],
  problems: (p) => [
    ...listAt(p, "permissions").flatMap((permission) =>
      listAt(permission, "actions").map(
        (action) =>
          typeof action === "string" &&
          /^(\*|\*\/write|Microsoft\.Authorization\/(\*|.*\/write|\*\/write))$/i.test(action) &&
          `Remove the action ${action}: name what the role is for.`,
      ),
    ),
  ],
});
