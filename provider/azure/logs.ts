/** The log of a deployment, as an error message quotes it. */
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { Run } from "../resources/resource.ts";
import { explain } from "./errors.ts";

const LINES = 20;
/** What serves, and what fetches model and code before that: one whose start failed may have written to the second only. */
const CONTAINERS = ["InferenceServer", "StorageInitializer"] as const;

/** The last lines, and how to see the rest. Never fails: an error that cannot quote the log is still an error. */
export async function lastLines(deploymentId: string, run: Run): Promise<string> {
  const parts = deploymentId.split("/");
  const [group, workspace, endpoint, name] = [4, 8, 10, 12].map((at) => parts[at] ?? "");
  const rest = `All of it: az ml online-deployment get-logs --name ${name} --endpoint-name ${endpoint} --workspace-name ${workspace} --resource-group ${group}`;
  for (const containerType of CONTAINERS) {
    try {
      const { body } = await run.azure.send(
        { method: "POST", id: `${deploymentId}/getLogs`, body: { containerType, tail: LINES } },
        run.signal,
      );
      const content = isObject(body) && typeof body["content"] === "string" ? body["content"].trim() : "";
      if (content !== "") return `${content.split("\n").slice(-LINES).join("\n")}\n${rest}`;
    } catch (error) {
      return `(its log could not be read: ${explain(error)})`;
    }
  }
  return "(its log is empty)";
}
