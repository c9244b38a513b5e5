import { expect, test } from "@jest/globals";
import { PersonaGroups } from "../../../components/access/persona-groups.ts";
import { placement } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const existing = "11111111-2222-3333-4444-555555555555";

test("makes the groups that are asked for, takes those that exist, and leaves out the rest", async () => {
  const { naming } = placement;
  const { of, outputs } = await run(
    () =>
      new PersonaGroups("people", { naming, personas: { mlEngineers: "create", readers: existing } })
        .principals,
  );
  expect(of("azuread:index/group:Group").map(({ name, inputs }) => ({ name, inputs }))).toEqual([
    {
      name: "people-mlEngineers",
      inputs: {
        displayName: "grp-ml-test-mlEngineers",
        description: "Release and operate models in the workspace",
        securityEnabled: true,
        preventDuplicateNames: true,
      },
    },
  ]);
  expect(outputs).toEqual({
    mlEngineers: { id: "object-of-people-mlEngineers", type: "Group" },
    readers: { id: existing, type: "Group" },
  });
});
