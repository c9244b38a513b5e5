import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parseId, resourceId } from "@azure-ml-as-code/local/providers/azure-native/naming.ts";
import { createBody, importedInputs, outputs } from "@azure-ml-as-code/local/providers/azure-native/plan.ts";
import { resourceType } from "@azure-ml-as-code/local/providers/azure-native/table/index.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { CASES, SUBSCRIPTION } from "./cases.ts";

const inputsOf = (args: object) => JSON.parse(JSON.stringify(args)) as PropertyMap;
/** What travels in the query is not in any answer. */
const readable = (inputs: PropertyMap) =>
  Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== "skipValidation"));
/** Sent with a create, but nothing that the program said. */
const EMPTY_LISTS = ["accessPolicies", "virtualNetworkPeerings"];
const withoutEmptyLists = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, item: unknown) => (EMPTY_LISTS.includes(key) ? undefined : item)));

describe.each(CASES)("$token", ({ token, args, id, body }) => {
  const type = resourceType(token);
  const inputs = inputsOf(args);

  test("its arguments become this id and body", () => {
    expect(resourceId(type.path, inputs, SUBSCRIPTION)).toBe(id);
    expect(createBody(type, { ...inputs, azureApiVersion: "x", __createBeforeDelete: true })).toEqual(body);
  });

  test("the body becomes the arguments again, as an import reads them", () => {
    const answer = { ...(body as PropertyMap), id, name: id.split("/").at(-1)!, type: "T", systemData: {} };
    // With the version of the API, as the SDK registers it: an import is without a change only if they agree.
    expect(withoutEmptyLists(importedInputs(type, id, outputs(type, answer)))).toEqual({
      ...readable(inputs),
      azureApiVersion: expect.stringMatching(/^\d{4}-\d\d-\d\d(-preview)?$/),
    });
  });

  test("its id gives the parameters back, whatever the case", () => {
    const own = id.lastIndexOf("/providers/");
    const parameters = parseId(
      type.path,
      id.slice(0, own) + id.slice(own).replace("/providers/", "/PROVIDERS/"),
    );
    expect(inputs).toMatchObject(parameters);
  });
});

const checker = new URL("../../../../../shared/contract/check.mjs", import.meta.url);

(existsSync(checker) ? test : test.skip)("every body fits Microsoft's types", () => {
  const lines = CASES.map(({ token, id, body }) =>
    JSON.stringify({ method: "PUT", url: `${id}?api-version=${resourceType(token).apiVersion}`, body }),
  );
  const { status, stdout } = spawnSync(process.execPath, [checker.pathname], {
    input: lines.join("\n"),
    encoding: "utf8",
  });
  expect(stdout).toMatch(/, 0 violations, 0 unknown types/);
  expect(status).toBe(0);
});
