/** Every component of the catalogue in one scenario, in a world of real resources. `SCENARIO` says which; `ONLY` names one component. */
import { catalogue } from "../catalogue.ts";
import { scenarios } from "../make.ts";
import { provenElsewhere } from "../workload-catalogue.ts";
import { makeWorld } from "../world.ts";

const scenario = scenarios.find((name) => name === process.env["SCENARIO"]);
if (!scenario) throw new Error(`SCENARIO is one of ${scenarios.join(", ")}`);
const only = process.env["ONLY"];

const world = makeWorld();
for (const [token, make] of Object.entries(catalogue))
  if (!(token in provenElsewhere) && (only === undefined || only === token))
    make[scenario](token.split(":").slice(1).join("-"), world);
