/** `WorkspaceGuard`: what a workspace is to be, so that a preview can stop at a change of it that cannot be taken back. */
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { refusedChanges } from "../workspace-guard-plan.ts";
import type { Resource } from "./resource.ts";

const settingsOf = (inputs: PropertyMap): PropertyMap => {
  const settings = inputs["workspace"];
  return isObject(settings) ? settings : {};
};
const allowanceOf = (inputs: PropertyMap) => {
  const allow = inputs["allow"];
  return Array.isArray(allow) ? allow : [];
};

export const workspaceGuard: Resource = {
  minutes: 1,

  /** The refusal itself: an engine asks here in every preview, with what was there before. */
  check: ({ olds, news }) =>
    Promise.resolve({
      inputs: news,
      failures: refusedChanges(settingsOf(olds), settingsOf(news), allowanceOf(news)).map(
        ({ property, reason }) => ({ property: `workspace.${property}`, reason }),
      ),
    }),

  diff: ({ news, oldInputs }) => {
    const diffs = ["workspace", "allow"].filter(
      (key) => JSON.stringify(news[key]) !== JSON.stringify(oldInputs[key]),
    );
    return { changes: diffs.length > 0, diffs, replaces: [] };
  },
  create: ({ properties, preview }) =>
    Promise.resolve({ id: preview ? "" : "workspace-guard", properties: { ...properties } }),
  /** A memory of the stage, not of Azure: there is nothing to read. */
  read: ({ id, inputs, properties }) => Promise.resolve({ id, inputs, properties }),
  update: ({ news }) => Promise.resolve({ properties: { ...news } }),
  delete: () => Promise.resolve(),
};
