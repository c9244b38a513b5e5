/** What only a local Azure offers of schedules: when each fires next and what it made, firing one now, moving their clock. */
import type { FastifyPluginAsync } from "fastify";
import { ArmError } from "./errors.ts";
import { parsedBody, readJson } from "./http.ts";
import { keyOf } from "./id.ts";
import { type JsonObject, numberAt, objectAt, textAt } from "./json.ts";
import type { LocalOptions } from "./local.ts";
import { firedJobs, isEnabled } from "./ml/schedules.ts";
import type { Schedules } from "./table.ts";
import { JOB } from "./tables/ml/jobs.ts";
import { SCHEDULE } from "./tables/ml/schedules.ts";

/** Jobs that a schedule is told with. */
const TOLD = 20;

export const localSchedulesPlugin =
  ({ cloud, authenticate, audiences }: LocalOptions): FastifyPluginAsync =>
  (app) => {
    readJson(app);
    const current = (): Schedules => {
      const found = cloud.schedules.current;
      if (!found) throw new ArmError(400, "NotSupported", "Nothing here fires schedules.");
      return found;
    };
    const sent = (body: unknown): JsonObject => objectAt({ body: (body ?? {}) as JsonObject }, "body");

    /** `{now, value: [schedule]}` of a workspace, by name: with the next firing, `null` where there is none, and the last jobs. */
    app.get<{ Querystring: { workspace?: string } }>("/local/schedules", async (request) => {
      await authenticate(request.headers.authorization, audiences.arm);
      const workspace = keyOf(request.query.workspace ?? "");
      const jobs = cloud.store.children(workspace, JOB);
      const schedules = cloud.store.children(workspace, SCHEDULE);
      return {
        now: current().now().toISOString(),
        value: schedules
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map((schedule) => ({
            id: schedule.id,
            name: schedule.name,
            displayName: textAt(schedule.body, "properties.displayName") ?? schedule.name,
            enabled: isEnabled(schedule),
            action: textAt(schedule.body, "properties.action.actionType") ?? "",
            trigger: objectAt(schedule.body, "properties.trigger"),
            next: current().next(schedule)?.toISOString() ?? null,
            jobs: firedJobs(schedule, jobs).slice(0, TOLD),
          })),
      };
    });

    /** `{id}` of a schedule is fired now, on or off. Answers `{job}`. */
    app.post("/local/schedules/fire", async (request) => {
      await authenticate(request.headers.authorization, audiences.arm);
      const id = textAt(sent(parsedBody(request)), "id") ?? "";
      const schedule = cloud.store.get(keyOf(id));
      if (schedule?.type !== SCHEDULE) throw new ArmError(404, "NotFound", `There is no schedule '${id}'.`);
      return { job: await current().fire(schedule) };
    });

    /** `{seconds}` moves the schedules' clock ahead, until this Azure stops, and fires what became due. Answers `{now, fired}`. */
    app.post("/local/clock", async (request) => {
      await authenticate(request.headers.authorization, audiences.arm);
      const seconds = numberAt(sent(parsedBody(request)), "seconds") ?? 0;
      if (!(seconds > 0)) throw new ArmError(400, "BadRequest", "'seconds' has to be a number above 0.");
      const fired = await current().move(seconds * 1000);
      return { now: current().now().toISOString(), fired };
    });
    return Promise.resolve();
  };
