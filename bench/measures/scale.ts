/** Stages of ever more endpoints, two deployments each: how time and memory grow from plan to up to up again; and `render`. */
import { fork } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { atMost, growth, seconds } from "../figures.ts";
import type { Bench, Figure, Measure } from "../figures.ts";
import { output, root } from "../processes.ts";
import { copyOfProject } from "../../tests/support/project-copy.ts";
import type { Grown } from "./scale-run.ts";

/** Endpoints of a stage. */
const SIZES = { quick: [3, 10, 30], full: [1, 10, 100, 300, 1_000] } as const;
/** Below it, what every stage has is most of the time. */
const FITTED = { quick: 3, full: 100 } as const;
/** A size that no quota of the local Azure counts. */
const MACHINE = "Standard_D2as_v4";

const endpointOf = (
  name: string,
) => `$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json
name: ${name}
auth_mode: aad_token
traffic:
  blue: 90
  green: 10
`;
const deploymentOf = (
  endpoint: string,
  name: string,
) => `$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: ${name}
endpoint_name: ${endpoint}
model: azureml:breast-cancer@latest
instance_type: ${MACHINE}
instance_count: 1
`;

/** @returns the files */
async function writeEndpoints(folder: string, count: number): Promise<string[]> {
  const files: string[] = [];
  const put = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    files.push(join(folder, name));
  };
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const name = `scale-${String(i).padStart(4, "0")}`;
    await put(`${name}.yml`, endpointOf(name));
    for (const colour of ["blue", "green"]) await put(`${name}-${colour}.yml`, deploymentOf(name, colour));
  }
  return files;
}

/** In a process of its own, whose memory is measured. */
function grown(project: string): Promise<Grown> {
  const child = fork(join(import.meta.dirname, "scale-run.ts"), [project], {
    execArgv: ["--disable-warning=ExperimentalWarning", "--max-old-space-size=8192"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (message) => {
      resolve(message as Grown);
    });
    child.once("exit", (code) => {
      reject(new Error(`the run in ${project} ended with ${String(code)}`));
    });
  });
}

export const scale: Measure = {
  about: "time and memory of stages with more and more endpoints",
  fullOnly: true,
  async run({ quick, folder, say }: Bench) {
    const kind = quick ? "quick" : "full";
    const points: { size: number; grown: Grown; render: number }[] = [];
    for (const size of SIZES[kind]) {
      const project = await copyOfProject(join(folder, `scale-${String(size)}`));
      for (const left of ["diabetes", "kinds"])
        await rm(join(project, "workloads", left), { recursive: true });
      const files = await writeEndpoints(join(project, "workloads/scale"), size);
      const one = { size, grown: await grown(project), render: 0 };
      one.render = await seconds(() =>
        output({ command: process.execPath, args: [join(root, "specs/render.ts"), ...files] }),
      );
      points.push(one);
      const { plan, up, unchanged, megabytes } = one.grown;
      say(
        `  ${String(size)} endpoints: plan ${plan.toFixed(1)} s, up ${up.toFixed(1)} s, again ${unchanged.toFixed(1)} s, ${String(megabytes)} MiB`,
      );
    }
    const fitted = points.filter(({ size }) => size >= FITTED[kind]);
    const figure = (
      name: string,
      of: (point: (typeof points)[number]) => number,
      unit: string,
      most?: number,
    ) =>
      growth(
        `scale/${name}`,
        fitted.map((point) => [point.size, of(point)] as const),
        unit,
        most === undefined ? undefined : atMost(most),
      );
    return [
      figure("plan", (point) => point.grown.plan, "s", 1.1),
      figure("up", (point) => point.grown.up, "s", 1.1),
      figure("unchanged", (point) => point.grown.unchanged, "s"),
      figure("memory", (point) => point.grown.megabytes, "MiB"),
      figure("render", (point) => point.render, "s"),
    ] satisfies Figure[];
  },
};
