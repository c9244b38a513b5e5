/** `npm run local schedule list|fire|pause`: what is done when, and doing it now. */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { bodyOf, ML_API } from "../client/ask.ts";
import type { Client } from "../client/ask.ts";
import { nearest } from "../client/endpoints.ts";

const schedules = z.object({
  now: z.string(),
  value: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      enabled: z.boolean(),
      action: z.string(),
      next: z.string().nullable(),
      jobs: z.array(z.object({ name: z.string(), status: z.string() })),
    }),
  ),
});
type Told = z.output<typeof schedules>;

async function read(client: Client, workspaceId: string): Promise<Told> {
  const answer = await client.ask("GET", `/local/schedules?workspace=${encodeURIComponent(workspaceId)}`);
  return schedules.parse(bodyOf("the schedules", answer));
}

/** `2026-11-23 06:00 UTC` */
const shown = (time: string | null): string =>
  time === null ? "never" : `${time.slice(0, 16).replace("T", " ")} UTC`;

/** One line a schedule. Pure. */
function scheduleLines({ value }: Told): string[] {
  if (value.length === 0) return ["There is no schedule."];
  const width = Math.max(...value.map(({ name }) => name.length));
  return value.map(({ name, enabled, action, next, jobs: [last] }) =>
    [
      name.padEnd(width),
      enabled ? `next ${shown(next)}` : "paused",
      action,
      last ? `last ${last.name} ${last.status}` : "no job yet",
    ].join("  "),
  );
}

async function find(client: Client, workspaceId: string, name: string | undefined) {
  const { value } = await read(client, workspaceId);
  const found = value.find((one) => one.name.toLowerCase() === name?.toLowerCase());
  if (found) return found;
  const names = value.map((one) => one.name);
  const near = nearest(name ?? "", names);
  throw new Error(
    name === undefined
      ? `Name a schedule: ${names.join(", ") || "there is none"}.`
      : `There is no schedule "${name}"; there is ${(near.length > 0 ? near : names).join(", ") || "none"}.`,
  );
}

interface ScheduleCall {
  readonly client: Client;
  readonly workspaceId: string;
  readonly name: string | undefined;
  readonly say: (line: string) => void;
}

type Verb = (call: ScheduleCall) => Promise<boolean>;

export const SCHEDULE_VERBS: Readonly<Record<string, Verb>> = {
  async list({ client, workspaceId, say }) {
    scheduleLines(await read(client, workspaceId)).forEach(say);
    return true;
  },
  async fire({ client, workspaceId, name, say }) {
    const { id } = await find(client, workspaceId, name);
    const answer = await client.ask("POST", "/local/schedules/fire", { body: JSON.stringify({ id }) });
    const { job } = z.object({ job: z.string() }).parse(bodyOf("the schedule was not fired", answer));
    say(job);
    return true;
  },
  /** As a person pauses one in Azure: what it is stays, and it is off. */
  async pause({ client, workspaceId, name, say }) {
    const { id, name: its, enabled } = await find(client, workspaceId, name);
    if (!enabled) {
      say(`${its} is paused already.`);
      return true;
    }
    const url = `${id}?api-version=${ML_API}`;
    const { properties } = z
      .object({ properties: z.record(z.string(), z.unknown()) })
      .parse(bodyOf("the schedule", await client.ask("GET", url)));
    const { provisioningState: _, ...body } = properties;
    const sent = JSON.stringify({ properties: { ...body, isEnabled: false } });
    bodyOf("the schedule was not paused", await client.ask("PUT", url, { body: sent }));
    while ((await find(client, workspaceId, its)).enabled) await delay(100); // a long-running operation
    say(`${its} is paused.`);
    return true;
  },
};
