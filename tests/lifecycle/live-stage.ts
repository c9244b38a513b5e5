/** Stage `local` of a copy of the project, brought up by its verbs, and what its callers and its ARM see of an endpoint. */
import { setTimeout } from "node:timers/promises";
import { expect } from "@jest/globals";
import { z } from "zod";
import { connect } from "../../local/cli/azure.ts";
import { readOutputs } from "../../local/cli/outputs.ts";
import type { Client } from "../../local/client/ask.ts";
import { onlineDeploymentsOf } from "../../local/client/endpoints.ts";
import { scorer } from "../../local/client/online.ts";
import { running } from "../../local/daemon/control.ts";
import { localStage, succeeded } from "../support/local-stage.ts";
import type { Ended, LocalStage } from "../support/local-stage.ts";
import { projectCopy } from "../support/project-copy.ts";
import type { Project } from "../support/project-copy.ts";

export interface LiveStage {
  readonly project: Project;
  readonly stage: LocalStage;
  /** After the first `up`. */
  readonly client: () => Promise<Client>;
  readonly up: () => Promise<Ended>;
  readonly remove: () => Promise<void>;
}

/** @param workloads as {@link projectCopy} takes them */
export async function liveStage(workloads: Readonly<Record<string, string>>): Promise<LiveStage> {
  const project = await projectCopy(workloads);
  const stage = await localStage(project.root);
  return {
    project,
    stage,
    client: async () => connect(stage.paths, (await running(stage.paths))!),
    up: () => stage.local(["up", "--engine", "embedded"]),
    async remove() {
      await stage.remove();
      await project.remove();
    },
  };
}

const histories = z.object({ value: z.array(z.object({ traffic: z.record(z.string(), z.number()) })) });

/** Between two requests of a load. Milliseconds. */
const PAUSE = 20;

export interface Load {
  stop(): Promise<{ sent: number; failed: string[] }>;
}

export interface Served {
  readonly id: string;
  readonly name: string;
  readonly scoringUri: string;
  /** Every map that was ever live, oldest first. */
  history(): Promise<Record<string, number>[]>;
  live(): Promise<Record<string, number>>;
  /** Names of its deployments. */
  deployments(): Promise<string[]>;
  /** Status and text of one answer. */
  ask(): Promise<{ status: number; text: string }>;
  /** Sends one request after the other until stopped. */
  load(): Load;
}

/** An online endpoint of the stage, by its name in the YAML. */
export async function served({ stage, client }: LiveStage, name: string): Promise<Served> {
  const found = (await readOutputs(stage.paths))!.onlineEndpoints[name]!;
  const azure = await client();
  const score = await scorer(azure, found);
  const history = async () => {
    const { text } = await azure.ask("GET", `/local/traffic-history?endpoint=${found.name}`);
    return histories.parse(JSON.parse(text)).value.map(({ traffic }) => traffic);
  };
  const ask = async () => {
    const { answer } = await score("{}");
    return { status: answer.status, text: answer.text };
  };
  return {
    id: found.id,
    name: found.name,
    scoringUri: found.scoringUri,
    history,
    live: async () => (await history()).at(-1) ?? {},
    deployments: async () => (await onlineDeploymentsOf(azure, found.id)).map((one) => one.name),
    ask,
    load() {
      let stopped = false;
      let sent = 0;
      const failed: string[] = [];
      const loop = async () => {
        while (!stopped) {
          const { status, text } = await ask().catch((error: unknown) => ({
            status: 0,
            text: String(error),
          }));
          sent += 1;
          if (status !== 200) failed.push(`${status} ${text}`);
          await setTimeout(PAUSE); // two cores are to do other things as well
        }
      };
      const ended = loop();
      return {
        async stop() {
          stopped = true;
          await ended;
          return { sent, failed };
        },
      };
    },
  };
}

/** No caller was turned away, and from the first release on the map was whole at every instant. */
export async function neverWithoutTraffic(endpoint: Served, load: Load): Promise<void> {
  const { sent, failed } = await load.stop();
  expect(failed).toEqual([]);
  expect(sent).toBeGreaterThan(50);
  const maps = await endpoint.history();
  expect(maps[0]).toEqual({});
  for (const map of maps.slice(1))
    expect([map, Object.values(map).reduce((a, b) => a + b, 0)]).toEqual([map, 100]);
}

/** Another `up` finds nothing to change. */
export async function unchanged({ up }: LiveStage): Promise<void> {
  const again = await up();
  succeeded(again);
  expect(again.output).toMatch(/\d+ unchanged/);
  expect(again.output).not.toMatch(/created|updated|deleted|replaced/);
}
