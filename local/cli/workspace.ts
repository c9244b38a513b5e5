/** The workspace that a verb is about. */
import { z } from "zod";
import { bodyOf } from "../client/ask.ts";
import type { Client } from "../client/ask.ts";
import type { StageOutputs } from "./outputs.ts";

const TYPE = "microsoft.machinelearningservices/workspaces";
const resources = z.object({
  value: z.array(z.object({ id: z.string(), name: z.string(), type: z.string() })),
});

/** ARM id: of the one that is named, of the stage's, or of the only one there is. @throws Error with those that there are */
export async function workspaceOf(
  client: Client,
  subscriptionId: string,
  outputs: StageOutputs | undefined,
  named: string | undefined,
): Promise<string> {
  const answer = await client.ask("GET", `/local/resources?subscription=${subscriptionId}`);
  const all = resources
    .parse(bodyOf("the resources", answer))
    .value.filter(({ type }) => type.toLowerCase() === TYPE);
  const wanted = named ?? outputs?.workspace.name;
  const found =
    wanted === undefined ? all : all.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (found.length === 1) return found[0]!.id;
  const names = all.map(({ name }) => name).join(", ");
  if (all.length === 0)
    throw new Error("There is no workspace on the local Azure. Make one: npm run local up");
  throw new Error(
    wanted === undefined
      ? `There are several workspaces: name one with --workspace: ${names}.`
      : `There is no workspace "${wanted}"; there is ${names}.`,
  );
}
