/** What the nodes of a pipeline share: their keys, and what is bound to them. */
import type { z } from "zod";
import { anything, choose, isMapping, text, texts } from "../fields.ts";
import { snakeKeys } from "../template.ts";
import { isBinding } from "./bindings.ts";
import { inputs, nodeOutputs, readInputs, readOutputs } from "./inputs.ts";
import { jobFields } from "./parts.ts";
import type { Reader } from "../reader.ts";
import type { KeyPath, Template } from "../types.ts";

export const nodeCommon = {
  $schema: text.optional(),
  inputs: inputs.optional(),
  outputs: nodeOutputs.optional(),
  properties: texts.optional(),
  comment: text.optional(),
  compute: text.optional(),
};
export const nodeComponent = choose<string | Readonly<Record<string, unknown>>>((value) =>
  isMapping(value) ? anything : text.min(1),
);
/** Of a node that is written in place, as of a job of its own. */
export const nodeInline = {
  name: jobFields.name,
  display_name: text.optional(),
  experiment_name: text.optional(),
  description: text.optional(),
  tags: texts.optional(),
};

/** A node as the YAML has it. */
export type RawNode = Readonly<Record<string, unknown>>;
type Common = z.infer<z.ZodObject<typeof nodeCommon>>;

export const snakeAll = (all: Readonly<Record<string, Template>>): Record<string, Template> =>
  Object.fromEntries(Object.entries(all).map(([name, item]) => [name, snakeKeys(item as object)]));

/** Bound inputs in the letters of YAML. */
export const readNodeInputs = (
  raw: Common["inputs"],
  reader: Reader,
  path: KeyPath,
): Record<string, Template> => snakeAll(readInputs(raw, reader, path));

export function readNodeOutputs(
  raw: z.infer<typeof nodeOutputs> | undefined,
  reader: Reader,
  path: KeyPath,
): Record<string, Template> {
  const given = Object.entries(raw ?? {}).filter(([, item]) => item !== null);
  const mapped = readOutputs(Object.fromEntries(given), reader, path);
  return Object.fromEntries(
    given.map(([name, item]) => {
      if (typeof item === "string") return [name, { value: item, type: "literal" }];
      const binding = item?.path;
      const { assetName, assetVersion, uri, ...rest } = mapped[name] as Record<string, Template>;
      return [
        name,
        isBinding(binding)
          ? { value: binding, type: "literal", mode: rest["mode"] }
          : snakeKeys({ ...rest, uri, name: assetName, version: assetVersion }),
      ];
    }),
  );
}
