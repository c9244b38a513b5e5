/**
 * `ScheduleSwitch`: turns a schedule off before it goes, as Azure deletes no schedule that is on. Its id is the
 * schedule's. A schedule is on when it is made; whoever turns it off in Azure keeps it off.
 */
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { changeEndpoint, inProperties, readResource } from "../azure/endpoint.ts";
import { sameId, text } from "./inputs.ts";
import type { Resource } from "./resource.ts";

const ID = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/.*\/workspaces\/[^/]+\/schedules\/[^/]+$/i;

export const scheduleSwitch: Resource = {
  minutes: 15,

  check: ({ news }) => {
    const { scheduleId } = news;
    const right = scheduleId === UNKNOWN || (typeof scheduleId === "string" && ID.test(scheduleId));
    return Promise.resolve({
      inputs: news,
      failures: right ? [] : [{ property: "scheduleId", reason: "must be the ARM id of a schedule" }],
    });
  },

  diff: ({ news, oldInputs }) => {
    const replaces = sameId(news["scheduleId"], oldInputs["scheduleId"]) ? [] : ["scheduleId"];
    return { changes: replaces.length > 0, diffs: replaces, replaces };
  },

  create: ({ properties: news, preview }) =>
    Promise.resolve(
      preview ? { id: "", properties: news } : { id: text(news, "scheduleId"), properties: news },
    ),

  update: ({ news }) => Promise.resolve({ properties: news }),

  async read({ id, inputs }, run) {
    if (id === "" || !(await readResource(id, run))) return { id: "", inputs: {}, properties: {} };
    const scheduleId = sameId(inputs["scheduleId"], id) ? inputs["scheduleId"]! : id;
    const now: PropertyMap = { scheduleId };
    return { id, inputs: now, properties: now };
  },

  async delete({ id }, run) {
    await changeEndpoint(
      {
        id,
        wanted: inProperties((live) =>
          live["isEnabled"] === false ? undefined : { ...live, isEnabled: false },
        ),
      },
      run,
    );
  },
};
