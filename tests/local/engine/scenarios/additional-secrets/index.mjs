import { Thing, step } from "./kit.mjs";

const a = new Thing("a", { size: step }, { additionalSecretOutputs: ["arn"] });
const b = new Thing("b", { source: a.arn });
export const out = b.source;
