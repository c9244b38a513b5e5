import { expect, test } from "@jest/globals";
import { lifecycleProblem, lifecycleRules } from "../../../components/data/lifecycle-plan.ts";

test("each container has a rule for its own blobs; versions have one for all", () => {
  const rules = lifecycleRules(
    {
      raw: { coolAfterDays: 30, archiveAfterDays: 90, deleteAfterDays: 365 },
      scratch: { deleteAfterDays: 7 },
    },
    30,
  );
  expect(rules.map(({ name, definition }) => [name, definition])).toEqual([
    [
      "age-of-raw",
      {
        actions: {
          baseBlob: {
            tierToCool: { daysAfterModificationGreaterThan: 30 },
            tierToArchive: { daysAfterModificationGreaterThan: 90 },
            delete: { daysAfterModificationGreaterThan: 365 },
          },
        },
        filters: { blobTypes: ["blockBlob"], prefixMatch: ["raw/"] },
      },
    ],
    [
      "age-of-scratch",
      {
        actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 7 } } },
        filters: { blobTypes: ["blockBlob"], prefixMatch: ["scratch/"] },
      },
    ],
    [
      "old-versions",
      {
        actions: { version: { delete: { daysAfterCreationGreaterThan: 30 } } },
        filters: { blobTypes: ["blockBlob"] },
      },
    ],
  ]);
  expect(lifecycleRules({}, undefined)).toEqual([]);
});

test.each([
  [{ coolAfterDays: 1, archiveAfterDays: 2, deleteAfterDays: 3 }, undefined],
  [{ deleteAfterDays: 0 }, undefined],
  [{}, /says nothing/],
  [{ coolAfterDays: 30, deleteAfterDays: 30 }, /has 30, 30 days/],
  [{ archiveAfterDays: 90, deleteAfterDays: 30 }, /has 90, 30 days/],
])("%j", (lifecycle, problem) => {
  const found = lifecycleProblem(lifecycle);
  if (problem) expect(found).toMatch(problem);
  else expect(found).toBeUndefined();
});
