/**
 * Schedules at work: each fires when its trigger says so, by a clock of their own that can be moved ahead. What fell into
 * a time in which this Azure did not run is not made up for.
 */
import type { BatchJobs, Claims } from "../../../contracts.ts";
import type { Arm } from "../arm.ts";
import { ArmError } from "../errors.ts";
import { keyOf } from "../id.ts";
import { asText, at, isObject, type JsonObject, objectAt, textAt } from "../json.ts";
import type { Resource } from "../store.ts";
import type { Schedules } from "../table.ts";
import { statusOf } from "../tables/ml/jobs.ts";
import { SCHEDULE } from "../tables/ml/schedules.ts";
import { workspaceIdOf } from "./references.ts";
import { nextFiring } from "./schedule-times.ts";

/** The longest between two looks: timers count no further than 24 days. Milliseconds. */
const LOOK_MS = 3_600_000;
/** Firings of one schedule that one move of the clock may make up for. */
const AT_ONCE = 100;

interface SchedulesOptions {
  readonly arm: Arm;
  readonly batchJobs: BatchJobs;
}

/** What a job keeps of the schedule that made it. */
const FIRED_BY = "scheduledBy";

const triggerOf = (schedule: Resource): JsonObject => objectAt(schedule.body, "properties.trigger");
export const isEnabled = (schedule: Resource): boolean => at(schedule.body, "properties.isEnabled") !== false;

/** `weekly-20261122T063000Z`: as Azure names what a schedule makes. */
const jobName = (schedule: string, time: Date): string =>
  `${schedule}-${time.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "")}`;

interface RunningSchedules extends Schedules {
  /** Fires from now on. */
  resume(): void;
  close(): Promise<void>;
}

export function createSchedules({ arm, batchJobs }: SchedulesOptions): RunningSchedules {
  const { cloud, engine } = arm;
  /** Until when each schedule, by key, has been looked after. */
  const seen = new Map<string, number>();
  const firing = new Set<Promise<unknown>>();
  let ahead = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const now = () => cloud.now().getTime() + ahead;
  const madeAt = (schedule: Resource) => new Date(asText(schedule.systemData["createdAt"]) || now());
  const next = (schedule: Resource, after = seen.get(schedule.key) ?? now()): Date | undefined =>
    isEnabled(schedule) ? nextFiring(triggerOf(schedule), new Date(after), madeAt(schedule)) : undefined;
  const callerOf = (schedule: Resource): Claims => ({
    aud: cloud.urls.cloud,
    iss: "",
    exp: 0,
    oid: asText(schedule.internal["startedBy"] ?? cloud.identity.objectId),
  });

  const freeName = (workspaceId: string, wanted: string): string => {
    for (let count = 1; ; count++) {
      const name = count === 1 ? wanted : `${wanted}-${count}`;
      if (!cloud.store.get(keyOf(`${workspaceId}/jobs/${name}`))) return name;
    }
  };

  /** A job that ran is run again, with what the schedule says otherwise. */
  function definition(schedule: Resource): JsonObject {
    const { sourceJobId, ...own } = objectAt(schedule.body, "properties.action.jobDefinition");
    if (typeof sourceJobId !== "string") return own;
    const source = cloud.store.get(keyOf(sourceJobId));
    if (!source) throw new ArmError(404, "NotFound", `The job '${sourceJobId}' that it repeats is gone.`);
    const { services: _, status: __, ...body } = objectAt(source.body, "properties");
    const said = Object.entries(own).filter(([, value]) => value !== null && value !== "");
    return { ...body, ...Object.fromEntries(said), jobType: body["jobType"] ?? null };
  }

  const actions: Readonly<Record<string, (schedule: Resource, name: string) => Promise<void>>> = {
    async createjob(schedule, name) {
      await engine.dispatch({
        method: "PUT",
        path: `${workspaceIdOf(schedule.id)}/jobs/${name}`,
        query: { "api-version": "2025-12-01" },
        headers: {},
        body: { properties: definition(schedule) },
        caller: callerOf(schedule),
      });
    },
    async invokebatchendpoint(schedule, name) {
      const invocation = objectAt(schedule.body, "properties.action.endpointInvocationDefinition");
      const { endpointName, deploymentName, ...body } = invocation;
      await batchJobs.submit(
        asText(endpointName),
        typeof deploymentName === "string" ? deploymentName : undefined,
        { properties: { ...body, name } },
        callerOf(schedule),
      );
    },
  };

  /** Resolves to the job's name. What cannot be started is a job that failed, and says why. */
  async function fire(schedule: Resource, time = new Date(now())): Promise<string> {
    const workspaceId = workspaceIdOf(schedule.id);
    const name = freeName(workspaceId, jobName(schedule.name, time));
    const action = textAt(schedule.body, "properties.action.actionType") ?? "";
    const mark = { [FIRED_BY]: schedule.key, firedFor: time.toISOString() };
    const run = actions[action.toLowerCase()];
    try {
      if (!run) throw new ArmError(400, "NotSupported", `This local Azure does not do ${action}.`);
      await run(schedule, name);
      cloud.arm.change(keyOf(`${workspaceId}/jobs/${name}`), ({ internal }) => ({
        internal: { ...internal, ...mark },
      }));
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const properties = { jobType: "Pipeline", displayName: schedule.name, experimentName: schedule.name };
      cloud.arm.write(
        `${workspaceId}/jobs/${name}`,
        { properties: { ...properties, isArchived: false, tags: {}, properties: {} } },
        {
          ...mark,
          status: "Failed",
          error: { code: code ?? "InternalServerError", message },
          endTime: new Date(now()).toISOString(),
        },
      );
    }
    return name;
  }

  /** Fires what is due; answers with how many. */
  async function look(): Promise<number> {
    let count = 0;
    for (const schedule of cloud.store.ofType(SCHEDULE)) {
      for (let turn = 0; turn < AT_ONCE; turn++) {
        const due = next(schedule);
        if (!due || due.getTime() > now()) break;
        seen.set(schedule.key, due.getTime());
        await fire(schedule, due);
        count++;
      }
      seen.set(schedule.key, Math.max(seen.get(schedule.key) ?? 0, now()));
    }
    return count;
  }

  function arrange(): void {
    clearTimeout(timer);
    if (closed) return;
    const times = cloud.store.ofType(SCHEDULE).flatMap((schedule) => next(schedule)?.getTime() ?? []);
    const wait = Math.min(LOOK_MS, ...times.map((time) => time - now()));
    timer = setTimeout(() => void turn(), Math.max(0, wait)).unref();
  }
  async function turn(): Promise<number> {
    const work = look();
    firing.add(work);
    try {
      return await work;
    } catch (error) {
      cloud.log.error("the schedules broke", { error: String(error) });
      return 0;
    } finally {
      firing.delete(work);
      arrange();
    }
  }

  return {
    wake(schedule) {
      seen.set(schedule.key, now());
      arrange();
    },
    fire,
    next: (schedule) => next(schedule),
    now: () => new Date(now()),
    async move(milliseconds) {
      ahead += milliseconds;
      return turn();
    },
    resume: arrange,
    async close() {
      closed = true;
      clearTimeout(timer);
      await Promise.all(firing);
    },
  };
}

/** Of the jobs of a workspace those that a schedule made, newest first. */
export const firedJobs = (schedule: Resource, jobs: readonly Resource[]) =>
  jobs
    .filter(({ internal }) => internal[FIRED_BY] === schedule.key)
    .map(({ name, internal }) => ({
      name,
      firedFor: asText(internal["firedFor"]),
      status: statusOf(internal),
      error: isObject(internal["error"]) ? internal["error"] : null,
    }))
    .sort((a, b) => (a.firedFor < b.firedFor ? 1 : -1));
