import { expect } from "@jest/globals";
import { toArm } from "../../../specs/kinds.ts";
import { showReference } from "../../../specs/references.ts";
import { parseText } from "../folder.ts";

/** The body that a file becomes, references as they stand in it. */
export function bodyOf(text: string): object {
  const { document, problems } = parseText(text);
  expect(problems).toEqual([]);
  return toArm(document!, (reference) => showReference(reference).replace(/^.*\/specs-[^/]*/, ""), {
    location: "eastus",
  }).body;
}

/** The body of a resource with a region. */
export const tracked = (properties: object, more: object = {}) => ({
  location: "eastus",
  tags: {},
  properties,
  ...more,
});
