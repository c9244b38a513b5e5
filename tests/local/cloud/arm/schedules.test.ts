/** Schedules that fire by their clock. What would run their jobs only notes. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Jobs, JobSpec } from "@azure-ml-as-code/local/contracts-jobs.ts";
import { type TestCloud, withAssets } from "../../../support/arm.ts";

const ran: JobSpec[] = [];
const jobs: Jobs = {
  problems: () => [],
  run: (spec, events) => {
    ran.push(spec);
    events.status(spec.job, "Completed");
    return Promise.resolve("Completed");
  },
};
interface Told {
  readonly now: string;
  readonly value: {
    name: string;
    enabled: boolean;
    next: string | null;
    jobs: { name: string; status: string; error: { message: string } | null }[];
  }[];
}

let t: TestCloud & { readonly W: string };
beforeAll(async () => {
  t = await withAssets({ jobs, now: () => new Date("2026-11-22T10:00:00Z") });
});
afterAll(() => t.cloud.close());

const command = { jobType: "Command", command: "train", environmentId: "azureml:sklearn:1" };
const put = (name: string, action: object, trigger: object, more: object = {}) =>
  t.done("PUT", `${t.W}/schedules/${name}`, { properties: { action, trigger, ...more } });
const createJob = (jobDefinition: object) => ({ actionType: "CreateJob", jobDefinition });
const daily = { triggerType: "Cron", expression: "0 6 * * *" };
const told = async (name: string) => {
  const { body } = await t.call("GET", `/local/schedules?workspace=${encodeURIComponent(t.W)}`);
  return (body as unknown as Told).value.find((one) => one.name === name)!;
};
const move = async (hours: number) =>
  (await t.call("POST", "/local/clock", { seconds: hours * 3600 })).body as unknown as { fired: number };

describe("schedules", () => {
  test("fire when they are due, each time a job of its own, and not when they are off", async () => {
    await put("daily", createJob(command), daily);
    expect(await told("daily")).toMatchObject({ enabled: true, next: "2026-11-23T06:00:00.000Z", jobs: [] });
    expect(await move(19)).toMatchObject({ fired: 0 });
    expect(await move(25)).toMatchObject({ fired: 2 });
    const { jobs: fired, next } = await told("daily");
    expect(fired.map(({ name }) => name)).toEqual(["daily-20261124T060000Z", "daily-20261123T060000Z"]);
    expect(next).toBe("2026-11-25T06:00:00.000Z");
    expect(ran.map(({ job }) => job).sort()).toEqual(fired.map(({ name }) => name).sort());
    expect((await t.call("GET", `${t.W}/jobs/daily-20261123T060000Z`)).body.properties).toMatchObject({
      jobType: "Command",
      command: "train",
    });

    await put("daily", createJob(command), daily, { isEnabled: false });
    expect(await told("daily")).toMatchObject({ enabled: false, next: null });
    expect(await move(48)).toMatchObject({ fired: 0 });
    // On again: what was due meanwhile is not made up for.
    await put("daily", createJob(command), daily);
    expect(await move(24)).toMatchObject({ fired: 1 });
    await put("daily", createJob(command), daily, { isEnabled: false });
    expect((await t.done("DELETE", `${t.W}/schedules/daily`)).status).toBeLessThan(300);
  });

  test("repeat a job that ran, with what they say otherwise, and can be fired by hand", async () => {
    await t.call("PUT", `${t.W}/jobs/once`, { properties: { ...command, experimentName: "mine" } });
    await put(
      "again",
      createJob({ sourceJobId: `${t.W}/jobs/once`, jobType: "Command", tags: { by: "it" } }),
      daily,
    );
    const fired = await t.call("POST", `${t.W}/schedules/again/trigger`, {
      scheduleTime: "2026-11-22T12:34:56+00:00",
    });
    expect([fired.status, fired.body]).toEqual([
      200,
      { submissionId: "again-20261122T123456Z", scheduleActionType: "CreateJob" },
    ]);
    expect((await t.call("GET", `${t.W}/jobs/again-20261122T123456Z`)).body.properties).toMatchObject({
      command: "train",
      experimentName: "mine",
      tags: { by: "it" },
    });
    const second = await t.call("POST", `${t.W}/schedules/again/trigger`, {
      scheduleTime: "2026-11-22T12:34:56+00:00",
    });
    expect(second.body["submissionId"]).toBe("again-20261122T123456Z-2");
  });

  test("invoke batch endpoints; what cannot be started is a job that failed and says why", async () => {
    const action = {
      actionType: "InvokeBatchEndpoint",
      endpointInvocationDefinition: { endpointName: "none" },
    };
    await put("scores", action, daily);
    const { body } = await t.call("POST", "/local/schedules/fire", { id: `${t.W}/schedules/scores` });
    const job = body["job"] as string;
    expect((await told("scores")).jobs).toMatchObject([
      { name: job, status: "Failed", error: { message: "There is no batch endpoint 'none'." } },
    ]);
  });

  test("are refused with a trigger that nobody understands", async () => {
    const { status, body } = await put("odd", createJob(command), {
      ...daily,
      timeZone: "Mars",
      expression: "x",
    });
    expect([status, body.error.code]).toEqual([400, "ValidationError"]);
    expect(body.error.message).toMatch(/zone 'Mars' is not known\..*'x' is no cron expression/);
  });
});
