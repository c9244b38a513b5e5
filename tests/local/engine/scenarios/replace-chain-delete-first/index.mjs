import { Thing, step } from "./kit.mjs";

const a = new Thing("a", { kind: step === 1 ? "x" : "y" });
const b = new Thing("b", { kind: a.arn });
new Thing("c", { kind: b.arn });
