/** Pipeline components, in their own file or referred to from one. */
import type { z } from "zod";
import { anything, keys, words } from "../fields.ts";
import { anonymous, componentBody, componentFields, readOthers } from "./components.ts";
import { nodes, readNodes } from "./nodes.ts";
import type { Reader } from "../reader.ts";
import type { Template } from "../types.ts";

export const pipelineComponentSchema = keys({
  ...componentFields,
  type: words(["pipeline"]).optional(),
  jobs: nodes.optional(),
  properties: anything.optional(),
});
type Raw = z.infer<typeof pipelineComponentSchema>;

/** The body of a version, in a file of its own (`isAnonymous` false) or made for a pipeline. */
export function readPipelineComponent(
  raw: Raw,
  reader: Reader,
  isAnonymous: boolean,
): Record<string, Template> {
  const others = readOthers(raw, pipelineComponentSchema, reader);
  const spec = {
    ...others,
    jobs: readNodes(raw.jobs ?? {}, reader, ["jobs"], pipelineComponent),
    sourceJobId: null,
  };
  return componentBody(raw, "pipeline", spec, reader, isAnonymous, (raw.properties ?? {}) as typeof spec);
}

/** Files that are being read, outermost first: a pipeline that holds itself has no end. */
const open: string[] = [];

export function pipelineComponent(file: Reader): Record<string, Template> | undefined {
  const name = file.source.file;
  if (open.includes(name)) {
    file.problem([], `a pipeline holds itself: ${[...open.slice(open.indexOf(name)), name].join(" -> ")}`);
    return undefined;
  }
  open.push(name);
  try {
    const raw = file.check(anonymous(pipelineComponentSchema)) as Raw | undefined;
    return raw && readPipelineComponent(raw, file, true);
  } finally {
    open.pop();
  }
}
