/**
 * How long a first `up`, a changed model and a destroy take on an Azure with realistic operation times (scaled down),
 * against the longest chain that the flow of data alone forces.
 */
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { EngineEvent, ResourceDone } from "@azure-ml-as-code/local/engine/events.ts";
import type { Op } from "@azure-ml-as-code/local/engine/run.ts";
import type { Deployment } from "@azure-ml-as-code/local/engine/state.ts";
import { NOTHING, startRehearsal } from "../../delivery/plan/rehearsal.ts";
import { longestChain } from "../critical-path.ts";
import type { Step } from "../critical-path.ts";
import { atMost, ratio, seconds } from "../figures.ts";
import type { Bench, Figure, Measure } from "../figures.ts";
import { copyOfProject } from "../../tests/support/project-copy.ts";

const STAGE = "local";
/** A model that an online and a batch deployment serve. */
const MODEL = "workloads/diabetes/model/diabetes.joblib";
const MAKES = new Set(["create", "update", "create-replacement"]);
const REMOVES = new Set(["delete", "delete-replaced"]);

interface Measured {
  readonly makespan: number;
  readonly chain: number;
}

const done = (events: readonly EngineEvent[], ops: ReadonlySet<string>): ResourceDone[] =>
  events.filter((event): event is ResourceDone => event.kind === "resource-done" && ops.has(event.op));

/** URNs from which a value flows into a resource. */
const sources = (state: Deployment): ReadonlyMap<string, readonly string[]> =>
  new Map(
    state.resources.map(({ urn, propertyDependencies }) => [
      urn,
      [...new Set(Object.values(propertyDependencies).flat())],
    ]),
  );

/** First what is made, in the order of the data; then what is removed, against that order. */
function chainOf(events: readonly EngineEvent[], before: Deployment, after: Deployment): number {
  const [from, to] = [sources(before), sources(after)];
  const makes = done(events, MAKES).map(({ urn, seconds: own }): Step => ({
    urn,
    seconds: own,
    after: to.get(urn) ?? [],
  }));
  const removed = done(events, REMOVES);
  const users = (urn: string) => [...from].flatMap(([user, of]) => (of.includes(urn) ? [user] : []));
  const removes = removed.map(({ urn, seconds: own }): Step => ({ urn, seconds: own, after: users(urn) }));
  return longestChain(makes) + longestChain(removes);
}

async function live(project: string): Promise<Record<"first" | "model" | "destroy", Measured>> {
  const rehearsal = await startRehearsal({ recorded: false });
  try {
    let state: Deployment = NOTHING;
    const perform = async (op: Op): Promise<Measured> => {
      let chain = 0;
      const makespan = await seconds(async () => {
        const { deployment, events, failures } = await rehearsal.perform(op, project, STAGE, state);
        if (failures.length > 0) throw new Error(`${op} failed:\n${failures.join("\n")}`);
        chain = chainOf(events, state, deployment);
        state = deployment;
      });
      return { makespan, chain };
    };
    const first = await perform("up");
    await appendFile(join(project, MODEL), "\n"); // the rehearsal loads no model
    const model = await perform("up");
    return { first, model, destroy: await perform("destroy") };
  } finally {
    await rehearsal.close();
  }
}

export const criticalPath: Measure = {
  about: "first up, changed model and destroy against the longest chain that data forces",
  async run({ quick, folder }: Bench) {
    // Seconds here for a second there: start-up must not be what is measured.
    const scale = quick ? 0.02 : 0.1;
    const project = await copyOfProject(join(folder, "critical-path"));
    const before = process.env["AZUREML_LOCAL_TIME_SCALE"];
    process.env["AZUREML_LOCAL_TIME_SCALE"] = String(scale);
    try {
      const lives: Awaited<ReturnType<typeof live>>[] = [];
      for (let i = 0; i < (quick ? 1 : 3); i++) lives.push(await live(project));
      const figure = (name: "first" | "model" | "destroy", most?: number): Figure =>
        ratio(
          `critical-path/${name}`,
          { ours: lives.map((life) => life[name].makespan), against: lives.map((life) => life[name].chain) },
          { ours: "makespan", against: `longest chain, 1 s of Azure as ${String(scale)} s,`, unit: "s" },
          most === undefined ? undefined : atMost(most),
        );
      return [figure("first", 1.05), figure("model"), figure("destroy")];
    } finally {
      if (before === undefined) delete process.env["AZUREML_LOCAL_TIME_SCALE"];
      else process.env["AZUREML_LOCAL_TIME_SCALE"] = before;
    }
  },
};
