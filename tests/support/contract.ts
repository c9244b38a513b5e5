/** Whether what was sent to ARM fits Microsoft's own types of it, where the checker is beside the repo, or where `ARM_CONTRACT` says. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../local/daemon/paths.ts";
import { run } from "./local-stage.ts";

const checker = process.env["ARM_CONTRACT"] ?? join(root, "../shared/contract/check.mjs");

/** @throws Error that lists the bodies that do not fit; where there is no checker, nothing is checked, and that is said. */
export async function fitsContract(requestsFile: string): Promise<void> {
  if (!existsSync(checker)) {
    process.stderr.write(`${checker} is not there: the bodies of ${requestsFile} were not checked\n`);
    return;
  }
  const { output } = await run(process.execPath, [checker, "--summary", requestsFile]);
  if (!/checked [1-9]\d* bodies of \d+ types, 0 violations, 0 unknown types/.test(output))
    throw new Error(`bodies do not fit Azure's API:\n${output}`);
}
