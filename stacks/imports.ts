/** Takes over what is in Azure already: `imports.STAGE.json` in the workloads folder, which `npm run adopt` writes. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { keys } from "../specs/fields.ts";

const schema = z.record(
  z.string(),
  keys({
    id: z.string().min(1).describe("ARM id"),
    ignoreChanges: z.array(z.string()).describe("Where the live value counts and not that of the YAML"),
  }),
);
export type Import = z.infer<typeof schema>[string];

export const importsFile = (stage: string): string => `imports.${stage}.json`;

/**
 * From now on, resources that the file names are imported instead of made.
 *
 * @param folder of the workloads.
 * @throws RunError for a file that is not as {@link Import} says.
 */
export function takeOver(folder: string, stage: string): void {
  const file = join(folder, importsFile(stage));
  if (!existsSync(file)) return;
  let imports: z.infer<typeof schema>;
  try {
    imports = schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new pulumi.RunError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
    const found = imports[`${type}::${name}`];
    if (!found) return undefined;
    const { id, ignoreChanges } = found;
    return { props, opts: pulumi.mergeOptions(opts, { import: id, ignoreChanges: [...ignoreChanges] }) };
  });
}
